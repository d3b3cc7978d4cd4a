//! A small HTTP server that shows exactly what was sent, and answers, or breaks off, exactly as told.
//!
//! Written by hand because a framework's server would tidy up the very things under test: an empty `Content-Type`, a
//! connection that closes in the middle.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

/// One request as it came in.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    /// Names in lower case, in the order sent.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// What the client gets.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    Answer {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: String,
    },
    /// A status whose body breaks off.
    CutOff(u16),
    /// The connection closes without a word.
    Drop,
    /// Nothing, until the client gives up.
    Hang,
}

impl Reply {
    pub(crate) fn status(status: u16) -> Self {
        Self::Answer { status, headers: Vec::new(), body: String::new() }
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        if let Self::Answer { headers, .. } = &mut self {
            headers.push((name, value.into()));
        }
        self
    }

    pub(crate) fn body(mut self, text: impl Into<String>) -> Self {
        if let Self::Answer { body, .. } = &mut self {
            *body = text.into();
        }
        self
    }
}

type Connections = Arc<Mutex<Vec<TcpStream>>>;

/// The server. Its connections close when it is dropped.
#[derive(Debug)]
pub(crate) struct HttpPeer {
    address: SocketAddr,
    stopping: Arc<AtomicBool>,
    connections: Connections,
    listening: Option<JoinHandle<()>>,
}

impl HttpPeer {
    /// Answers every request with what `respond` says. Each connection has a thread, so `respond` may take its time.
    pub(crate) fn start(respond: impl Fn(Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let stopping = Arc::new(AtomicBool::new(false));
        let connections = Connections::default();
        let respond = Arc::new(respond);
        let listening = {
            let (stopping, connections) = (Arc::clone(&stopping), Arc::clone(&connections));
            thread::spawn(move || {
                for stream in listener.incoming() {
                    if stopping.load(Ordering::SeqCst) {
                        return;
                    }
                    let Ok(stream) = stream else { continue };
                    connections.lock().unwrap().extend(stream.try_clone());
                    let respond = Arc::clone(&respond);
                    thread::spawn(move || serve(stream, respond.as_ref()));
                }
            })
        };
        Self { address, stopping, connections, listening: Some(listening) }
    }

    /// Host and port.
    pub(crate) fn authority(&self) -> String {
        self.address.to_string()
    }
}

impl Drop for HttpPeer {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::SeqCst);
        // Wakes the listening thread, which then sees that it is to stop.
        drop(TcpStream::connect(self.address));
        for connection in self.connections.lock().unwrap().drain(..) {
            drop(connection.shutdown(std::net::Shutdown::Both));
        }
        if let Some(listening) = self.listening.take() {
            drop(listening.join());
        }
    }
}

fn serve(stream: TcpStream, respond: &(dyn Fn(Request) -> Reply + Send + Sync)) {
    let Ok(mut writer) = stream.try_clone() else { return };
    drop(stream.set_nodelay(true));
    let mut reader = BufReader::new(stream);
    while let Ok(Some(request)) = read(&mut reader) {
        match respond(request) {
            Reply::Answer { status, headers, body } => {
                let mut head = format!("HTTP/1.1 {status} Told\r\ncontent-length: {}\r\n", body.len());
                for (name, value) in headers {
                    head = head + name + ": " + &value + "\r\n";
                }
                if writer.write_all(format!("{head}\r\n{body}").as_bytes()).is_err() {
                    return;
                }
            }
            Reply::CutOff(status) => {
                let text = format!("HTTP/1.1 {status} Told\r\ncontent-length: 500\r\n\r\n<Error><Code>");
                drop(writer.write_all(text.as_bytes()));
                break;
            }
            Reply::Drop => break,
            Reply::Hang => drop(reader.read_to_end(&mut Vec::new())),
        }
    }
    drop(writer.shutdown(std::net::Shutdown::Both));
}

/// The next request, `None` at the end of the connection.
fn read(reader: &mut BufReader<TcpStream>) -> io::Result<Option<Request>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        match line.trim_end().split_once(':') {
            Some((name, value)) => headers.push((name.to_ascii_lowercase(), value.trim().to_owned())),
            None => break,
        }
    }
    let mut request = Request { method, path, headers, body: String::new() };
    let body = match request.header("content-length") {
        Some(length) => exactly(reader, length.parse().map_err(io::Error::other)?)?,
        None if request.header("transfer-encoding") == Some("chunked") => chunked(reader)?,
        None => Vec::new(),
    };
    request.body = String::from_utf8(body).map_err(io::Error::other)?;
    Ok(Some(request))
}

fn exactly(reader: &mut BufReader<TcpStream>, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    reader.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn chunked(reader: &mut BufReader<TcpStream>) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let length = usize::from_str_radix(line.trim(), 16).map_err(io::Error::other)?;
        body.extend(exactly(reader, length)?);
        reader.read_line(&mut line)?;
        if length == 0 {
            return Ok(body);
        }
    }
}
