"""Tables role and role_grant: who holds what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from bot.core.audit import CLI, surface_of
from bot.core.permissions import Grant, Permission, Role
from storage.pool import Connection


async def lock_admins(conn: Connection) -> None:
    """Let nobody else end an admin (A9) or change who holds what until the transaction ends; before any person."""
    await conn.execute("SELECT pg_advisory_xact_lock(hashtext('mfabot.admins'))")


async def every(conn: Connection) -> list[Role]:
    """Return all roles, by name."""
    rows = await conn.fetch("SELECT name, permissions FROM role ORDER BY name")
    return [_role(row) for row in rows]


async def get(conn: Connection, name: str) -> Role | None:
    """Return a role."""
    row = await conn.fetchrow("SELECT name, permissions FROM role WHERE name = $1", name)
    return None if row is None else _role(row)


async def define(conn: Connection, role: Role, *, now: datetime) -> None:
    """Make a role, or change what it carries."""
    await conn.execute(
        """
        INSERT INTO role (name, permissions, defined_at)
        VALUES ($1, $2, $3)
            ON CONFLICT (name) DO UPDATE SET permissions = excluded.permissions, defined_at = excluded.defined_at
        """,
        role.name,
        sorted(role.permissions),
        now,
    )


async def grants_of(conn: Connection, person_ids: Sequence[int]) -> dict[int, list[Grant]]:
    """Return what each of *person_ids* holds, dormant grants too; their rows are held where it decides something."""
    rows = await conn.fetch(
        """
        SELECT grant_id, person_id, name, permissions, granted_at, granted_by, dormant_at
          FROM role_grant
          JOIN role ON role.name = role_grant.role
         WHERE person_id = ANY ($1)
           AND revoked_at IS NULL
         ORDER BY grant_id
        """,
        person_ids,
    )
    found: dict[int, list[Grant]] = {person_id: [] for person_id in person_ids}
    for row in rows:
        found[row["person_id"]].append(_grant(row))
    return found


async def every_grant(conn: Connection) -> list[Grant]:
    """Return all that is held, by role and person."""
    rows = await conn.fetch(
        """
        SELECT grant_id, person_id, name, permissions, granted_at, granted_by, dormant_at
          FROM role_grant
          JOIN role ON role.name = role_grant.role
         WHERE revoked_at IS NULL
         ORDER BY name, person_id
        """
    )
    return [_grant(row) for row in rows]


async def able_holders(conn: Connection, permission: Permission) -> list[int]:
    """Return who holds *permission* awake and can use it: members with MFA who are not suspended, in id order."""
    rows = await conn.fetch(
        """
        SELECT DISTINCT person.person_id
          FROM role_grant
          JOIN role ON role.name = role_grant.role
          JOIN person ON person.person_id = role_grant.person_id
          JOIN factor ON factor.person_id = person.person_id AND factor.state = 'active'
         WHERE role_grant.revoked_at IS NULL
           AND role_grant.dormant_at IS NULL
           AND role.permissions @> ARRAY[$1]
           AND person.standing = 'member'
           AND person.suspended_at IS NULL
         ORDER BY person.person_id
        """,
        permission,
    )
    return [row["person_id"] for row in rows]


async def grant(conn: Connection, person_id: int, role: str, *, by: str, now: datetime) -> int | None:
    """Grant a role; return the grant's id, or None where the person holds it already."""
    grant_id: int | None = await conn.fetchval(
        """
        INSERT INTO role_grant (person_id, role, granted_at, granted_by)
        VALUES ($1, $2, $3, $4)
            ON CONFLICT (person_id, role) WHERE revoked_at IS NULL DO NOTHING
        RETURNING grant_id
        """,
        person_id,
        role,
        now,
        by,
    )
    return grant_id


async def revoke(conn: Connection, person_id: int, role: str, *, by: str, now: datetime) -> bool:
    """Take a role away; return whether the person held it."""
    found = await conn.fetchval(
        """
        UPDATE role_grant
           SET revoked_at = $3,
               revoked_by = $4
         WHERE person_id = $1
           AND role = $2
           AND revoked_at IS NULL
        RETURNING grant_id
        """,
        person_id,
        role,
        now,
        by,
    )
    return found is not None


async def date_anew(conn: Connection, role: str, *, now: datetime) -> None:
    """Let everybody hold a role since now: it has come to carry more than they were given."""
    await conn.execute("UPDATE role_grant SET granted_at = $2 WHERE role = $1 AND revoked_at IS NULL", role, now)


async def put_to_sleep(conn: Connection, person_id: int, *, now: datetime) -> list[str]:
    """Make all that a person holds dormant (E8); return the roles that were awake."""
    rows = await conn.fetch(
        """
        UPDATE role_grant
           SET dormant_at = $2
         WHERE person_id = $1
           AND revoked_at IS NULL
           AND dormant_at IS NULL
        RETURNING role
        """,
        person_id,
        now,
    )
    return sorted(row["role"] for row in rows)


async def wake(conn: Connection, person_id: int) -> list[str]:
    """Make all that a person holds count again; return the roles that were dormant."""
    rows = await conn.fetch(
        """
        UPDATE role_grant
           SET dormant_at = NULL
         WHERE person_id = $1
           AND revoked_at IS NULL
           AND dormant_at IS NOT NULL
        RETURNING role
        """,
        person_id,
    )
    return sorted(row["role"] for row in rows)


def _role(row: asyncpg.Record) -> Role:
    return Role(row["name"], frozenset(Permission(one) for one in row["permissions"]))


def _grant(row: asyncpg.Record) -> Grant:
    return Grant(
        grant_id=row["grant_id"],
        person_id=row["person_id"],
        role=_role(row),
        granted_at=row["granted_at"],
        dormant_at=row["dormant_at"],
        by_host=surface_of(row["granted_by"]) == CLI,
    )
