"""What may be in the queue: ids, and nothing else."""

from dataclasses import fields
from typing import get_args

import pytest

from bot.core import jobs
from bot.core.jobs import DeliverQr, Job

KINDS: tuple[type[Job], ...] = get_args(Job)


@pytest.mark.parametrize("kind", KINDS)
def test_a_job_carries_numbers_only_and_reads_back(kind: type[Job]) -> None:
    job = kind(42)

    assert [field.type for field in fields(kind)] == ["int"]
    assert jobs.read(kind, jobs.spell(job)) == job


def test_every_kind_has_a_name_of_its_own() -> None:
    assert set(jobs.NAMES) == set(KINDS)
    assert len(set(jobs.NAMES.values())) == len(KINDS)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"{",
        b"[]",
        b"7",
        b"\xff",
        b"{}",
        b'{"enrollment_id":"7"}',
        b'{"enrollment_id":true}',
        b'{"enrollment_id":7.0}',
        b'{"enrollment_id":null}',
        b'{"enrollment_id":7,"secret":8}',
        b'{"message_id":7}',
    ],
)
def test_a_payload_of_another_shape_is_refused(payload: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  json's own errors are among them
        jobs.read(DeliverQr, payload)
