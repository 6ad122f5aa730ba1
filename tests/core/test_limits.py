"""The limits of a run cut off what is worth least, and say which limit it was."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tasks.core.policy import verdicts
from tasks.core.policy.limits import Limits
from tasks.core.policy.verdicts import World
from tests.core.judged import SHIPPED, STOP

TODAY = date(2026, 7, 1)
FREE = Limits(resources_pct=Decimal(100))


def worth(saving, number=0, **changes):
    """Return a recommendation that saves this much."""
    money = Decimal(saving)
    return replace(
        STOP,
        recommendation_id=f"rec-{number:016x}",
        resource_id=f"i-{number:017x}",
        monthly_cost=money,
        monthly_saving=money,
        **changes,
    )


def world(**changes):
    ordinary = {"today": TODAY, "population": {"AWS": 1000}, "changed": {}}
    return World(**(ordinary | {"previous": {}} | changes))


def decisions(found):
    return [(verdict.decision, verdict.reasons) for verdict in found]


@given(
    savings=st.lists(st.integers(3, 2000), max_size=6),
    changes=st.integers(0, 6),
)
def test_the_largest_savings_go_first(savings, changes):
    """Whatever the order, what is allowed saves at least as much as what is cut."""
    given_ = [worth(saving, number) for number, saving in enumerate(savings)]
    limits = FREE.model_copy(update={"changes": changes})
    found = verdicts.judge(given_, SHIPPED, limits, world())
    by_id = {one.recommendation_id: one.monthly_saving for one in given_}
    allowed = [by_id[one.recommendation_id] for one in found if one.decision == "allow"]
    cut = [by_id[one.recommendation_id] for one in found if one.decision == "deny"]
    assert len(allowed) == min(changes, len(savings))
    assert min(allowed, default=0) >= max(cut, default=0) or not allowed


def test_a_share_of_the_resources():
    """No more than the percentage of a provider's resources, but always one."""
    two = [worth(20, 1), worth(10, 2)]
    found = verdicts.judge(two, SHIPPED, Limits(), world(population={"AWS": 5}))
    assert [verdict.decision for verdict in found] == ["allow", "deny"]
    assert "10% of the resources at AWS" in found[1].reasons[0]


def test_money_is_counted_per_currency():
    """The cap on a run's cost holds for each currency by itself."""
    limits = FREE.model_copy(update={"monthly_cost": Decimal(100)})
    three = [
        worth(90, 1),
        worth(80, 2, billing_currency="EUR"),
        worth(20, 3),
    ]
    found = verdicts.judge(three, SHIPPED, limits, world())
    assert [verdict.decision for verdict in found] == ["allow", "allow", "deny"]


def test_a_changed_resource_rests():
    """A resource that was just changed is left alone for a while."""
    one = worth(20, 1)
    key = (one.provider, one.resource_id)
    fresh = verdicts.judge([one], SHIPPED, FREE, world(changed={key: TODAY}))
    rested = verdicts.judge(
        [one], SHIPPED, FREE, world(changed={key: date(2026, 6, 24)})
    )
    assert decisions(fresh) == [("deny", ("It was changed less than 7 days ago.",))]
    assert decisions(rested) == [("allow", ())]


def test_what_waits_for_a_person_takes_no_place():
    """A change that needs approval does not use up a run's limits."""
    limits = FREE.model_copy(update={"changes": 1})
    two = [worth(90, 1, environment="production"), worth(20, 2)]
    found = verdicts.judge(two, SHIPPED, limits, world())
    assert [verdict.decision for verdict in found] == ["needs_approval", "allow"]


def test_the_same_verdict_is_the_same_row():
    """An unchanged verdict keeps its id; other limits are another verdict."""
    (first,) = verdicts.judge([STOP], SHIPPED, FREE, world())
    known = {STOP.recommendation_id: first}
    (again,) = verdicts.judge([STOP], SHIPPED, FREE, world(previous=known))
    (other,) = verdicts.judge([STOP], SHIPPED, Limits(), world(previous=known))
    assert again == first
    assert other.verdict_id != first.verdict_id
    (back,) = verdicts.judge(
        [STOP], SHIPPED, FREE, world(previous={STOP.recommendation_id: other})
    )
    assert back.said == first.said
    assert back.verdict_id not in {first.verdict_id, other.verdict_id}


def test_an_odd_id_is_denied_with_its_reason():
    """What cannot be named in a manifest is denied, and the verdict says so."""
    odd = replace(STOP, resource_id="i-1; reboot")
    (found,) = verdicts.judge([odd], SHIPPED, FREE, world())
    assert (found.decision, found.manifest_digest) == ("deny", None)
    assert "does not have the shape" in found.reasons[0]
