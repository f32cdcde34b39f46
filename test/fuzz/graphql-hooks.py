"""What schemathesis needs to know of the gateway's GraphQL: how AWSJSON is written, and which answers are right."""

import json
import re

import schemathesis
from hypothesis import strategies as st
from schemathesis.graphql import nodes

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
members = {"type": st.sampled_from(["batch", "transaction"]), "entry": values, "active": values, "parameter": values}
types = st.sampled_from(["Patient", "Bundle", "Parameters", "Nothing"])
resources = st.fixed_dictionaries({"resourceType": types}, optional=members)
texts = st.text() | (values | resources).map(json.dumps)
schemathesis.graphql.scalar("AWSJSON", texts.map(nodes.String))

LEAKS = re.compile(r"Internal error|undefined|\[object|TypeError|RangeError|Maximum call")


@schemathesis.check
def answers_as_graphql(ctx, response, case):
    """Data or errors, each with a sentence: never a failure of the server."""
    assert response.status_code < 500, f"status {response.status_code}"
    answer = response.json()
    assert isinstance(answer, dict) and ("data" in answer or "errors" in answer), "neither data nor errors"
    for error in answer.get("errors") or []:
        message = error["message"]
        assert message.strip() and not LEAKS.search(message), f"the message is {message!r}"
