"""The kinds of tampering with the audit, several ways each, for a test to do and a check to find."""

from collections.abc import Awaitable, Callable
from random import Random

from bot.core.tampering import Kind
from tests.support import tampering_chain as chain
from tests.support import tampering_events as events
from tests.support import tampering_head as head
from tests.support.audit import Audit

Tamper = Callable[[Audit, Random], Awaitable[None]]

WAYS: dict[Kind, tuple[Tamper, ...]] = {
    Kind.EDITED: (events.edit_a_field, events.edit_several, events.edit_before_it_is_linked),
    Kind.DELETED: (
        events.delete_one,
        events.delete_several,
        events.delete_those_of_one_person,
        events.delete_before_it_is_linked,
    ),
    Kind.INSERTED: (
        events.insert_one,
        events.insert_where_no_id_is,
        events.insert_under_the_id_of_another,
        events.insert_into_a_link,
        events.insert_with_a_link_of_its_own,
        events.hide_from_the_chain,
    ),
    Kind.REORDERED: (
        events.swap_two_events,
        events.move_an_event_to_another_id,
        events.reverse_a_link,
        events.swap_two_links,
    ),
    Kind.CUT: (
        chain.cut_links_and_events,
        chain.cut_links_alone,
        chain.cut_the_head_off_too,
        chain.cut_and_make_a_head_that_fits,
        chain.cut_and_let_the_worker_go_on,
    ),
    Kind.TRUNCATED: (chain.truncate_all, chain.truncate_some, chain.truncate_and_let_the_worker_go_on),
    Kind.REMADE: (chain.make_anew_with_another_key, chain.let_the_worker_make_it_anew),
    Kind.OLDER: (
        chain.put_an_older_copy_back,
        chain.put_an_older_copy_back_and_go_on,
        chain.put_an_older_copy_of_the_chain_back,
        chain.garble_accept_and_put_an_older_copy_back,
    ),
    Kind.GARBLED: (head.garble_the_head, head.garble_it_again),
    Kind.FORGED: (
        head.append_without_the_key,
        head.append_without_the_key_again,
        head.acknowledge_without_the_key,
    ),
}

# Some ways do two things at once.
BESIDES: dict[Tamper, set[Kind]] = {
    chain.put_an_older_copy_of_the_chain_back: {Kind.INSERTED},
    head.acknowledge_without_the_key: {Kind.EDITED},
}
# Here everything that is left was made with the key and fits: only who kept a log of the heads can know better.
ONLY_IN_THE_LOG = {
    chain.truncate_all,
    chain.let_the_worker_make_it_anew,
    chain.put_an_older_copy_back,
    chain.put_an_older_copy_back_and_go_on,
    chain.garble_accept_and_put_an_older_copy_back,
}


def chance(seed: int) -> Random:
    """Return what chooses how it is done, each time alike."""
    return Random(seed)  # noqa: S311  no secret
