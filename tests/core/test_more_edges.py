"""More edges that mutants showed to be untested: lengths, an id of a job, a role of everything, a check of identity."""

import pytest

from bot.core import enrollment, identity_check, jobs, otpauth, permissions
from bot.core.identity_check import IdentityCheck, IdentityFault
from bot.core.permissions import Permission, Role


@pytest.mark.parametrize(
    ("account", "shown"),
    [
        ("a" * 320, "a" * 320),
        ("a" * 321, "a" * 320),
        ("@" * 320, "@" * 320),  # spelled as it is, and not as %40
        ("\u00fc" * 54, "%C3%BC" * 53),  # six characters each: 54 are 324
    ],
)
def test_an_account_is_shortened_from_its_end_and_no_more_than_it_must_be(account: str, shown: str) -> None:
    uri = otpauth.provisioning_uri(secret="A" * 32, issuer="Acme", account=account)

    assert uri.partition("?")[0] == f"otpauth://totp/Acme:{shown}"


def test_a_secret_is_spelled_in_base32() -> None:
    assert otpauth.spell_secret(bytes(range(20))) == "AAAQEAYEAUDAOCAJBIFQYDIOB4IBCEQT"


def test_a_job_carries_one_id() -> None:
    assert jobs.row_id(jobs.Notify(42)) == 42


def test_a_company_may_define_a_role_of_all_permissions() -> None:
    assert permissions.define("everything", [one.value for one in Permission]) == Role(
        "everything", frozenset(Permission)
    )


@pytest.mark.parametrize("check", IdentityCheck)
@pytest.mark.parametrize("required", [True, False])
def test_a_request_without_a_check_is_refused_where_the_company_requires_one(
    check: IdentityCheck, *, required: bool
) -> None:
    refused = required and check.value == "not_checked"

    assert identity_check.may_ask(check, required=required) == (IdentityFault.NOT_CHECKED if refused else None)


def test_the_age_of_an_old_factor_is_not_kept_unless_that_is_said() -> None:
    [field] = [one for one in enrollment.Enrollment.__dataclass_fields__.values() if one.name == "keeps_age"]

    assert field.default is False
