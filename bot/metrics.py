"""What Prometheus reads. No label carries a person, a code or a free text."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.core import jobs, throttle
from bot.services.gauges import Reading
from bot.services.health import Health

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 10.0)
SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)


class Metrics:
    """The metrics of one process, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "mfabot_http_requests", "Answered HTTP requests", ["route", "method", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "mfabot_http_request_seconds", "Time to the answer", ["route"], buckets=SECONDS, registry=self.registry
        )
        self.connections = Counter(
            "mfabot_http_connections_ended", "Connections not left alone", ["port", "why"], registry=self.registry
        )
        self.ready = Gauge("mfabot_ready", "1 where /readyz says yes", registry=self.registry)
        self.clock_offset = Gauge(
            "mfabot_clock_offset_seconds", "This process's clock less the database's", registry=self.registry
        )
        self.held_jobs = Gauge(
            "mfabot_held_jobs", "Jobs that were tried for a day and given up on", registry=self.registry
        )
        self.audit_lag = Gauge(
            "mfabot_audit_lag_seconds", "Age of the oldest audit event that the chain lacks", registry=self.registry
        )
        self.audit_fault = Gauge(
            "mfabot_audit_fault",
            "1 where the audit's head does not verify, or a mark was removed",
            registry=self.registry,
        )
        self.envelopes = Counter(
            "mfabot_socket_envelopes", "Envelopes of Socket Mode", ["kind", "outcome"], registry=self.registry
        )
        self.envelope_seconds = Histogram(
            "mfabot_socket_envelope_seconds", "Time to the answer", ["kind"], buckets=SECONDS, registry=self.registry
        )
        self.sockets_over = Counter(
            "mfabot_socket_connections_over", "Connections of Socket Mode that ended", ["why"], registry=self.registry
        )

        self.verifications = Counter(
            "mfabot_verifications", "Answers about a code", ["app", "result"], registry=self.registry
        )
        self.verification_seconds = Histogram(
            "mfabot_verification_seconds",
            "Time to the answer about a code, before a refusal is held back to an even time",
            ["app"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self.batch_sizes = Histogram(
            "mfabot_verification_batch_size", "Codes judged in one transaction", buckets=SIZES, registry=self.registry
        )
        self.throttles = Counter(
            "mfabot_throttle_changes", "Waits and locks, begun and ended", ["app", "change"], registry=self.registry
        )
        self.job_runs = Counter("mfabot_job_runs", "Runs of jobs", ["kind", "outcome"], registry=self.registry)
        self.job_seconds = Histogram(
            "mfabot_job_seconds", "Time that a job ran", ["kind"], buckets=SECONDS, registry=self.registry
        )
        # A series that begins at 1 has not increased, as Prometheus sees it: what an alert asks for begins at 0.
        for name in jobs.NAMES.values():
            self.job_runs.labels(name, "failed")
        self._known = cache(self._begin_at_none)
        self._known(throttle.SLACK)
        # Those of every sign-in: `labels` checks and spells its arguments anew each time.
        self._requests_of, self._seconds_of = cache(self.requests.labels), cache(self.seconds.labels)
        self._verifications_of = cache(self.verifications.labels)
        self._verification_seconds_of = cache(self.verification_seconds.labels)
        self.database = FromDatabase()
        self.registry.register(self.database)

    def request(self, *, route: str, method: str, status: int, seconds: float) -> None:
        """Count an answered request; *route* is the pattern, not the path."""
        self._requests_of(route, method, status).inc()
        self._seconds_of(route).observe(seconds)

    def connections_ended(self, port: str, why: str, count: int) -> None:
        """Count connections that took too long, or had to give way."""
        self.connections.labels(port, why).inc(count)

    def envelope(self, *, kind: str, outcome: str, seconds: float) -> None:
        """Count an envelope of Socket Mode."""
        self.envelopes.labels(kind, outcome).inc()
        self.envelope_seconds.labels(kind).observe(seconds)

    def verification(self, *, app: str, result: str, seconds: float | None = None) -> None:
        """Count an answer about a code; *app* is the application's name, or `slack`."""
        self._known(app)
        self._verifications_of(app, result).inc()
        if seconds is not None:
            self._verification_seconds_of(app).observe(seconds)

    def _begin_at_none(self, app: str) -> None:
        for change in throttle.Change:
            self.throttles.labels(app, change.value)

    def throttle(self, *, app: str, change: str) -> None:
        """Count that a wait or a lock began or ended."""
        self.throttles.labels(app, change).inc()

    def batch(self, size: int) -> None:
        """Count a transaction that judged *size* codes at once."""
        self.batch_sizes.observe(size)

    def job(self, *, name: str, outcome: str, seconds: float) -> None:
        """Count a run of a job."""
        self.job_runs.labels(name, outcome).inc()
        self.job_seconds.labels(name).observe(seconds)

    def socket_over(self, why: str) -> None:
        """Count a connection of Socket Mode that ended."""
        self.sockets_over.labels(why).inc()

    def socket_ping_age(self, age_s: Callable[[], float]) -> None:
        """Tell from now on, whenever it is asked for, for how long no ping was answered."""
        gauge = Gauge("mfabot_socket_ping_age_seconds", "Since the last answered ping", registry=self.registry)
        gauge.set_function(age_s)

    def health(self, seen: Health) -> None:
        """Note what the last look at the database said; what it could not say stays as it was."""
        self.ready.set(seen.ready)
        if seen.audit_lag_s is not None:
            self.held_jobs.set(seen.held_jobs)
            self.audit_lag.set(seen.audit_lag_s)
            self.audit_fault.set(seen.audit_fault is not None)
        if seen.clock_offset_s is not None:
            self.clock_offset.set(seen.clock_offset_s)


class FromDatabase(Collector):
    """What the last reading of the database said; without one nothing but that there is none."""

    def __init__(self) -> None:
        self._reading: Reading | None = None

    def told(self, reading: Reading | None) -> None:
        """Take what was read for the next scrape."""
        self._reading = reading

    def collect(self) -> Iterable[Metric]:
        """Yield the metrics of the reading."""
        yield _gauge(
            "mfabot_database_up", "1 where the database told a scrape what it asked", self._reading is not None
        )
        if self._reading is None:
            return
        jobs = GaugeMetricFamily("mfabot_jobs", "Jobs in the queue", labels=["kind", "state"])
        overdue = GaugeMetricFamily(
            "mfabot_job_overdue_seconds", "For how long the oldest queued job could have run", labels=["kind"]
        )
        for one in self._reading.jobs:
            jobs.add_metric([one.name, one.state], one.count)
            if one.state == "queued":
                overdue.add_metric([one.name], one.overdue_s)
        yield jobs
        yield overdue
        yield _gauge(
            "mfabot_unshredded_qr_files", "QR files of ended enrollments, not yet deleted", self._reading.unshredded
        )
        yield _gauge(
            "mfabot_unshredded_seconds",
            "For how long the oldest of them should have been gone",
            self._reading.unshredded_s,
        )
        requests = GaugeMetricFamily("mfabot_open_requests", "Reset requests that are open", labels=["state"])
        for state, count in self._reading.open_requests.items():
            requests.add_metric([state], count)
        yield requests
        yield _gauge("mfabot_lockdown", "1 while a lockdown stands", self._reading.locked_down)
        if self._reading.coverage is not None:
            yield _gauge("mfabot_members", "Active members of the home workspace", self._reading.coverage.members)
            yield _gauge("mfabot_members_enrolled", "Those of them with MFA on", self._reading.coverage.enrolled)


def _gauge(name: str, meaning: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, meaning, value=float(value))
