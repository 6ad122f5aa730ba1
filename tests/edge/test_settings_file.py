"""The settings file shows what would hold without it."""

from tasks.edge import settings
from tasks.edge.settings import Settings


def test_the_file_states_the_defaults_of_advice_and_judgement():
    """Every key of advice and limits in the shipped file has its default value."""
    shipped = settings.load()
    assert shipped.advise == Settings().advise
    assert shipped.judge == Settings().judge


def test_the_file_states_the_defaults_of_forecasts():
    """Every key of forecasting in the shipped file has its default value."""
    shipped = settings.load()
    assert shipped.forecast == Settings().forecast
    assert shipped.budgets == ()


def test_the_file_states_the_defaults_of_responses():
    """Every key of those who hear events in the shipped file has its default value."""
    shipped = settings.load()
    assert shipped.respond == Settings().respond
    assert shipped.bridge == Settings().bridge
