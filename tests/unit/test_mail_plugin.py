"""The embedded AWS puts mails where a person finds them."""

import email
from email.policy import default

from local.aws.mail_plugin import write


def test_a_mail_is_a_file_that_mail_programs_read(tmp_path):
    """Recipient, subject and text, with letters of any language and lines of any length."""
    text = "Where: Caf\u00e9 \u00dcber; " + "x" * 1200 + "\n\nWhat to do next:\n1. Look.\n"
    path = tmp_path / "mail" / "m-1-0.eml"
    write(path, "analysts@example.com", "Blocked: 812.50 EUR", text)
    mail = email.message_from_bytes(path.read_bytes(), policy=default)
    assert (mail["To"], mail["Subject"]) == ("analysts@example.com", "Blocked: 812.50 EUR")
    assert mail.get_content().replace("\r\n", "\n") == text
    assert [each.name for each in path.parent.iterdir()] == ["m-1-0.eml"]


def test_a_mail_without_a_subject_has_the_one_that_aws_gives_it(tmp_path):
    """Messages of other programs may have none."""
    write(tmp_path / "m.eml", "a@example.com", "", "text")
    assert email.message_from_bytes((tmp_path / "m.eml").read_bytes())["Subject"] == "AWS Notification Message"
