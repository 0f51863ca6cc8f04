"""Sends an alert: a JSON object to webhooks, a mail by SMTP."""

import os
import smtplib
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from urllib.parse import urlsplit

import httpx

from chemistry.errors import BadInput, IonloopError
from flows.server.alert_spec import Alerts, Mail, Webhook

PATIENCE_S = 30.0


def send(alerts: Alerts | None, subject: str, text: str) -> str:
    """Send to everybody who is named; says to whom.

    Raises:
        IonloopError: somebody could not be reached; everybody else was.
    """
    if alerts is None:
        raise BadInput("the configuration names nobody to tell", remedy="Add `alerts:` to it.")
    ways: list[tuple[str, Callable[[], None]]] = [
        (urlsplit(hook.url).netloc, lambda hook=hook: _post(hook, subject, text)) for hook in alerts.webhooks
    ]
    if alerts.mail is not None:
        mail = alerts.mail
        ways.append((", ".join(mail.to), lambda: _mail(mail, subject, text)))
    failed = []
    for whom, way in ways:
        try:
            way()
        except (OSError, smtplib.SMTPException, httpx.HTTPError, BadInput) as error:
            failed.append(f"{whom} ({error})")
    if failed:
        raise IonloopError(f"{len(failed)} of {len(ways)} could not be told: {'; '.join(failed)}")
    return f"told {', '.join(whom for whom, _ in ways)}"


def _post(hook: Webhook, subject: str, text: str) -> None:
    headers = {} if hook.token_variable is None else {"Authorization": f"Bearer {_secret(hook.token_variable)}"}
    said = {"subject": subject, hook.text_key: f"{subject}\n{text}".strip()}
    answer = httpx.post(hook.url, json=said, headers=headers, timeout=PATIENCE_S)
    if not answer.is_success:  # not `raise_for_status`: it tells the address, which may be a secret of its own
        raise httpx.HTTPError(f"it answers {answer.status_code} {answer.reason_phrase}")


def _mail(mail: Mail, subject: str, text: str) -> None:
    message = EmailMessage()
    one_line = " ".join(subject.split())  # a run may be renamed in the Prefect UI, and a header has no second line
    message["Subject"], message["From"], message["To"] = f"ionloop: {one_line}", mail.sender, ", ".join(mail.to)
    message.set_content(text or subject)
    if mail.tls == "always":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            mail.host, mail.port, timeout=PATIENCE_S, context=ssl.create_default_context()
        )
    else:
        server = smtplib.SMTP(mail.host, mail.port, timeout=PATIENCE_S)
    with server:
        if mail.tls == "starttls":
            server.starttls(context=ssl.create_default_context())
        if mail.user is not None and mail.password_variable is not None:
            server.login(mail.user, _secret(mail.password_variable))
        server.send_message(message)


def _secret(variable: str) -> str:
    found = os.environ.get(variable)
    if not found:
        raise BadInput(f"the environment variable {variable} is not set", remedy="Set it where ionloop is started.")
    return found
