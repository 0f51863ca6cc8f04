"""Alerts reach real receivers: a web server and a mail server of this machine."""

import json
from collections.abc import Iterator
from email import message_from_bytes
from typing import Any

import pytest

from chemistry.errors import IonloopError
from flows.server.alert_spec import Alerts, Mail, Webhook
from flows.server.alerts import send
from tests.flows.receivers import Inbox, mail_server, web_server


@pytest.fixture
def web() -> Iterator[Inbox]:
    with web_server() as inbox:
        yield inbox


@pytest.fixture
def post() -> Iterator[Inbox]:
    with mail_server() as inbox:
        yield inbox


def mail(inbox: Inbox, **more: Any) -> Mail:
    return Mail(to=("ada@example.org", "lab@example.org"), sender="ionloop@example.org", host="127.0.0.1",
                port=inbox.port, **more)  # fmt: skip


def test_everybody_is_told(web: Inbox, post: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK_TOKEN", "secret")
    hooks = (
        Webhook(url=f"http://127.0.0.1:{web.port}/a/key", token_variable="HOOK_TOKEN"),
        Webhook(url=f"http://127.0.0.1:{web.port}/b", text_key="content"),
    )
    said = send(Alerts(webhooks=hooks, mail=mail(post)), "peo_salts is finished", "σ = 1e-4 S/cm")
    assert "key" not in said, "an address may be a secret"
    first, second = (json.loads(request.body) for request in web.received)
    assert first == {"subject": "peo_salts is finished", "text": "peo_salts is finished\nσ = 1e-4 S/cm"}
    assert second["content"] == first["text"]
    assert web.received[0].headers["Authorization"] == "Bearer secret"
    assert "Authorization" not in web.received[1].headers
    letter = message_from_bytes(post.received[0].body.encode())
    assert letter["Subject"] == "ionloop: peo_salts is finished"
    assert letter["To"] == "ada@example.org, lab@example.org"
    content = letter.get_payload(decode=True)
    assert isinstance(content, bytes)
    assert content.decode().strip() == "σ = 1e-4 S/cm"


def test_one_that_cannot_be_told_keeps_it_from_nobody_else(web: Inbox, post: Inbox) -> None:
    web.answer = 503
    hook = Webhook(url=f"http://127.0.0.1:{web.port}/key")
    with pytest.raises(IonloopError, match=r"1 of 2 could not be told: 127\.0\.0\.1.*503") as refused:
        send(Alerts(webhooks=(hook,), mail=mail(post)), "one", "two")
    assert "key" not in str(refused.value)
    assert len(post.received) == 1


def test_a_subject_of_two_lines_is_no_second_header(post: Inbox) -> None:
    send(Alerts(mail=mail(post)), "night run\nBcc: everybody@example.org", "")
    letter = message_from_bytes(post.received[0].body.encode())
    assert letter["Subject"] == "ionloop: night run Bcc: everybody@example.org"
    assert letter["Bcc"] is None


def test_nobody_listens(post: Inbox) -> None:
    closed = mail(post).model_copy(update={"port": 9})
    with pytest.raises(IonloopError, match="ada@"):
        send(Alerts(mail=closed), "one", "two")


def test_a_password_that_is_not_there_is_named_and_not_sent_in_clear(post: Inbox) -> None:
    asked = mail(post, tls="starttls", user="a", password_variable="NOT_SET_ANYWHERE")
    with pytest.raises(IonloopError):  # the receiver offers no TLS
        send(Alerts(mail=asked), "one", "two")
    assert not post.received
    hook = Webhook(url=f"http://127.0.0.1:{post.port}/", token_variable="NOT_SET_ANYWHERE")
    with pytest.raises(IonloopError, match="NOT_SET_ANYWHERE is not set"):
        send(Alerts(webhooks=(hook,)), "one", "two")
