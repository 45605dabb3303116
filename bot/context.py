"""What the services are given, made of the settings."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.core import enrollment, policy, resets, throttle
from bot.services.means import Means
from bot.settings import Settings
from storage.pool import Pool


def means(settings: Settings, pool: Pool, now: Callable[[], datetime]) -> Means:
    """Return what every service is given."""
    return Means(
        pool=pool,
        keyring=settings.keyring,
        now=now,
        random=secrets.token_bytes,
        throttle=throttle.Limits(
            throttle_after=settings.throttle_after,
            first_wait=timedelta(seconds=settings.throttle_first_s),
            longest_wait=timedelta(seconds=settings.throttle_max_s),
            wrong_per_day=settings.wrong_per_day,
            lock_after=settings.lock_after,
        ),
        enrollment=enrollment.Limits(
            ttl=timedelta(seconds=settings.enrollment_ttl_s),
            max_wrong=settings.enrollment_max_wrong,
            starts_per_hour=settings.enrollment_starts_per_hour,
        ),
        issuer=settings.issuer,
        policy=policy.Limits(
            right_min_age=timedelta(seconds=settings.right_min_age_s),
            privileged_need_approval=settings.privileged_need_approval,
        ),
        resets=resets.Limits(
            ttl=timedelta(seconds=settings.request_ttl_s),
            hold=timedelta(seconds=settings.hold_s),
            hold_privileged=timedelta(seconds=settings.hold_privileged_s),
            require_identity_check=settings.require_identity_check,
        ),
        block_ttl=timedelta(seconds=settings.block_ttl_s),
        approvers_channel=settings.approvers_channel,
        rate_per_key_s=settings.api_rate_per_key_s,
        email_min_age=timedelta(seconds=settings.email_min_age_s),
    )
