//! The resource types: what templates call them, and what each of them owns.
//!
//! Nobody else compares types: code that depends on the type asks for one of these capabilities.

use std::fmt;

/// The resource types this provider answers for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResourceType {
    /// Owns an endpoint config and its monitoring; the stack's own endpoint uses it.
    MonitoredEndpointConfig,
    /// Owns the monitoring of an endpoint made elsewhere.
    EndpointMonitoring,
    /// Owns config, endpoint and monitoring.
    MonitoredEndpoint,
    /// Owns the monitoring of all endpoints of an account and Region together.
    EndpointFleet,
}

/// What the physical id of a resource names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identified {
    /// The endpoint.
    Endpoint,
    /// The endpoint config.
    EndpointConfig,
    /// The dashboard.
    Dashboard,
}

/// What sets a type apart. Every type owns a dashboard and alarms.
struct Capabilities {
    name: &'static str,
    watches_fleet: bool,
    owns_config: bool,
    owns_endpoint: bool,
    physical_id: Identified,
}

impl ResourceType {
    /// Every type, as templates spell it.
    pub const ALL: [(&'static str, Self); 4] = [
        Self::MonitoredEndpointConfig.with_name(),
        Self::EndpointMonitoring.with_name(),
        Self::MonitoredEndpoint.with_name(),
        Self::EndpointFleet.with_name(),
    ];

    const fn capabilities(self) -> Capabilities {
        match self {
            Self::MonitoredEndpointConfig => Capabilities {
                name: "Custom::MonitoredEndpointConfig",
                watches_fleet: false,
                owns_config: true,
                owns_endpoint: false,
                physical_id: Identified::EndpointConfig,
            },
            Self::EndpointMonitoring => Capabilities {
                name: "Custom::EndpointMonitoring",
                watches_fleet: false,
                owns_config: false,
                owns_endpoint: false,
                physical_id: Identified::Dashboard,
            },
            Self::MonitoredEndpoint => Capabilities {
                name: "Custom::MonitoredEndpoint",
                watches_fleet: false,
                owns_config: true,
                owns_endpoint: true,
                physical_id: Identified::Endpoint,
            },
            Self::EndpointFleet => Capabilities {
                name: "Custom::EndpointFleet",
                watches_fleet: true,
                owns_config: false,
                owns_endpoint: false,
                physical_id: Identified::Dashboard,
            },
        }
    }

    /// The type that templates call `name`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, resource_type)| resource_type)
    }

    /// What templates call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.capabilities().name
    }

    /// Whether it is about all endpoints of an account and Region, and about none in particular.
    #[must_use]
    pub const fn watches_fleet(self) -> bool {
        self.capabilities().watches_fleet
    }

    /// Whether it creates the endpoint config. If not, it monitors an endpoint that was created elsewhere.
    #[must_use]
    pub const fn owns_config(self) -> bool {
        self.capabilities().owns_config
    }

    /// Whether it creates, deploys and deletes the endpoint.
    #[must_use]
    pub const fn owns_endpoint(self) -> bool {
        self.capabilities().owns_endpoint
    }

    /// Whether the stack's own `AWS::SageMaker::Endpoint` serves on its config.
    #[must_use]
    pub const fn lends_config(self) -> bool {
        self.owns_config() && !self.owns_endpoint()
    }

    /// Whether it monitors one endpoint, which was created elsewhere.
    #[must_use]
    pub const fn watches_elsewhere(self) -> bool {
        !self.owns_config() && !self.watches_fleet()
    }

    /// What its physical id names.
    #[must_use]
    pub const fn physical_id(self) -> Identified {
        self.capabilities().physical_id
    }

    const fn with_name(self) -> (&'static str, Self) {
        (self.name(), self)
    }
}

impl fmt::Display for ResourceType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_found_by_the_name_that_it_shows() {
        for (name, resource_type) in ResourceType::ALL {
            assert_eq!((resource_type.to_string().as_str(), ResourceType::named(name)), (name, Some(resource_type)));
        }
        assert_eq!(ResourceType::named("AWS::SageMaker::Endpoint"), None);
    }

    #[test]
    fn the_physical_id_names_the_most_that_a_type_owns() {
        for (_, resource_type) in ResourceType::ALL {
            let expected = match (resource_type.owns_endpoint(), resource_type.owns_config()) {
                (true, true) => Identified::Endpoint,
                (false, true) => Identified::EndpointConfig,
                (false, false) => Identified::Dashboard,
                (true, false) => panic!("{resource_type} deploys an endpoint on a config that it doesn't own"),
            };
            assert_eq!(resource_type.physical_id(), expected, "{resource_type}");
        }
    }
}
