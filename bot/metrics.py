"""What Prometheus reads. No label carries a person, a code or a free text."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 10.0)


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
        self.envelopes = Counter(
            "mfabot_socket_envelopes", "Envelopes of Socket Mode", ["kind", "outcome"], registry=self.registry
        )
        self.envelope_seconds = Histogram(
            "mfabot_socket_envelope_seconds", "Time to the answer", ["kind"], buckets=SECONDS, registry=self.registry
        )
        self.sockets_over = Counter(
            "mfabot_socket_connections_over", "Connections of Socket Mode that ended", ["why"], registry=self.registry
        )

    def request(self, *, route: str, method: str, status: int, seconds: float) -> None:
        """Count an answered request; *route* is the pattern, not the path."""
        self.requests.labels(route, method, str(status)).inc()
        self.seconds.labels(route).observe(seconds)

    def envelope(self, *, kind: str, outcome: str, seconds: float) -> None:
        """Count an envelope of Socket Mode."""
        self.envelopes.labels(kind, outcome).inc()
        self.envelope_seconds.labels(kind).observe(seconds)

    def socket_over(self, why: str) -> None:
        """Count a connection of Socket Mode that ended."""
        self.sockets_over.labels(why).inc()

    def socket_ping_age(self, age_s: Callable[[], float]) -> None:
        """Tell from now on, whenever it is asked for, for how long no ping was answered."""
        gauge = Gauge("mfabot_socket_ping_age_seconds", "Since the last answered ping", registry=self.registry)
        gauge.set_function(age_s)

    def health(self, *, ready: bool, clock_offset_s: float | None, held_jobs: int, audit_lag_s: float | None) -> None:
        """Note what the last look at the database said."""
        self.ready.set(ready)
        self.held_jobs.set(held_jobs)
        if audit_lag_s is not None:
            self.audit_lag.set(audit_lag_s)
        if clock_offset_s is not None:
            self.clock_offset.set(clock_offset_s)
