"""``quiz upkeep``: what has to happen without anybody visiting."""

from __future__ import annotations

import click


@click.command()
@click.option("--once", is_flag=True, help="Do one round and end.")
def upkeep(once: bool) -> None:
    """End the attempts whose time is up, with what was saved; count attempts for reports; send links and reports by mail.

    `quiz serve` does this by itself.

    Example: quiz upkeep --once
    """
    from datetime import timedelta

    from quiz import clock
    from quiz.cli._store import store
    from quiz.operations import links, mailing
    from quiz.operations import upkeep as work

    if not once:
        raise click.UsageError("Say --once: quiz serve does the upkeep every ten seconds by itself.")
    with store() as settings:
        now, grace = clock.now(), timedelta(seconds=settings.grace_seconds)
        report = work.run(now, grace)
        post = mailing.post_by(settings.smtp_url)
        mailed = links.send_due(post, settings.public_url, now) if settings.mails else 0
        sent = mailing.send_due(post, settings.public_url, now, grace) if settings.mails else 0
    click.echo(f"Attempts ended because their time was up: {report.expired}")
    click.echo(f"Attempts counted for reports: {report.counted}")
    click.echo(f"Links sent by mail: {mailed}")
    click.echo(f"Reports sent by mail: {sent}")


COMMANDS = (upkeep,)
