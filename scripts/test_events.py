"""What events.py expects of answers, and what it calls a remainder. Run by `make docs`."""

from __future__ import annotations

import json
import unittest

import events

README = "| `create.json` | a stack | SUCCESS |\n| `panels/cost.json` | a panel | HTML |\n| `unnamed` | no file | SUCCESS |\n"


class Events(unittest.TestCase):
    def test_the_table_gives_the_order_and_the_answers(self) -> None:
        expected = events.expected_statuses(README, {"panels/cost.json", "create.json"})
        self.assertEqual(list(expected.items()), [("create.json", "SUCCESS"), ("panels/cost.json", "HTML")])

    def test_a_file_that_the_table_lacks_is_refused_and_so_is_a_row_without_a_file(self) -> None:
        for present in ({"create.json"}, {"create.json", "panels/cost.json", "new.json"}):
            with self.assertRaises(SystemExit):
                events.expected_statuses(README, present)

    def test_an_answer_has_a_status_and_a_panel_is_html(self) -> None:
        self.assertEqual(events.status_of('{"Status": "FAILED"}'), "FAILED")
        self.assertEqual(events.status_of('{"hookStatus": "SUCCESS"}'), "SUCCESS")
        self.assertEqual(events.status_of('"<style>"'), "HTML")
        self.assertEqual(events.status_of('{"KeptRight": {"Resources": 1, "Failed": 0}}'), "KEPT")
        self.assertEqual(events.status_of('{"KeptRight": {"Resources": 1, "Failed": 1}}'), "none")
        for returned in ("", "no JSON", "[]", '"describe"', '{"errorMessage": "timed out"}'):
            self.assertEqual(events.status_of(returned), "none", returned)

    def test_an_event_goes_to_the_function_of_its_folder(self) -> None:
        for name, function in (("create.json", "provider"), ("panels/cost.json", "widgets"), ("guardrail/stack-delete.json", "hook")):
            self.assertEqual(events.function_for(name), function)

    def test_a_delete_names_what_the_create_answered_under_another_request(self) -> None:
        create = {"RequestType": "Create", "RequestId": "1", "ResourceProperties": {"EndpointName": "chat"}}
        delete = events.delete_after(create, {"PhysicalResourceId": "chat-0123456789"})
        self.assertEqual((delete["RequestType"], delete["PhysicalResourceId"]), ("Delete", "chat-0123456789"))
        self.assertNotEqual(delete["RequestId"], create["RequestId"])
        self.assertEqual(delete["ResourceProperties"], create["ResourceProperties"])

    def test_what_exists_remains_and_a_clock_does_not(self) -> None:
        state = {"now_ms": 5, "region": "us-east-1", "alarms": [], "dashboards": {"chat": "{}"}}
        self.assertEqual(events.remains(state), [f"dashboards: {json.dumps(state['dashboards'])}"])


if __name__ == "__main__":
    unittest.main()
