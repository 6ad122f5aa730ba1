"""What the company buys: clouds, accounts, services and their units and prices."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

AWS = "AWS"
AZURE = "Microsoft"
GCP = "Google Cloud"

# Decimals of a quantity and of its price together, before any discount.
COST_DECIMALS = 8


@dataclass(frozen=True, slots=True)
class Account:
    """A sub account, subscription or project.

    Attributes:
        sub_account_id: The provider's id.
        name: Its name.
        roles: What runs in it; decides which SKUs it uses.
        regions: Regions in use; the first is the main one.
        environment: Value of the environment tag, before people misspell it.
        team: Value of the team tag.
    """

    sub_account_id: str
    name: str
    roles: frozenset[str]
    regions: tuple[str, ...]
    environment: str
    team: str


@dataclass(frozen=True, slots=True)
class Service:
    """A service as the bill names it."""

    code: str
    name: str
    category: str


@dataclass(frozen=True, slots=True)
class Sku:
    """One thing with a price.

    Attributes:
        service: Its service.
        kind: Type of the resource: instance, volume, address, database, bucket …
        name: The provider's usage type, meter or SKU.
        unit: Unit of the quantity.
        price: List price of one unit in the cheapest region.
        per_day: Quantity that one resource uses on an ordinary day.
        pattern: Name of its rhythm in ``seasons``.
        noise_pct: Spread of the daily quantity, one standard deviation.
        growth_pct: Growth in a year.
        roles: Accounts that use it.
        weight: Share of the resources beyond the first of each fleet.
    """

    service: Service
    kind: str
    name: str
    unit: str
    price: Decimal
    per_day: float
    pattern: str
    noise_pct: float
    growth_pct: float
    roles: frozenset[str]
    weight: int

    @property
    def machine(self) -> str:
        """The machine or volume type within the name."""
        return self.name.rpartition(":")[2]

    @property
    def type_name(self) -> str:
        """The machine or volume type as an inventory names it, e.g. gp2."""
        return (
            self.machine.rpartition(".")[2] if self.kind == "volume" else self.machine
        )

    @property
    def price_decimals(self) -> int:
        """Decimals of its list price in any region: at least four."""
        exponent = self.price.as_tuple().exponent
        return max(4, -int(exponent))


@dataclass(frozen=True)
class Cloud:
    """A provider and the company's contract with it.

    Attributes:
        provider: FOCUS ServiceProviderName.
        billing_account_id: Payer, billing account or enrolment.
        billing_account_name: Its name.
        currency: ISO 4217 code of the bills.
        discount_pct: Negotiated discount on everything, whole percents.
        tax_pct: Value added tax on the bill; 0 where exports leave it out.
        share: Share of all rows.
        accounts: Sub accounts.
        regions: Region id to its name and its price level in percent.
        skus: What it sells, most important first.
    """

    provider: str
    billing_account_id: str
    billing_account_name: str
    currency: str
    discount_pct: int
    tax_pct: int
    share: float
    accounts: tuple[Account, ...]
    regions: dict[str, tuple[str, int]]
    skus: tuple[Sku, ...]

    @cached_property
    def services(self) -> dict[str, Service]:
        """Services by code."""
        return {sku.service.code: sku.service for sku in self.skus}

    def price(self, sku: Sku, region: str) -> int:
        """Return the list price in a region, in units of its last decimal."""
        level = Decimal(self.regions[region][1]) / 100
        return int((sku.price * level).scaleb(sku.price_decimals).to_integral_value())


def cells(table: str) -> list[list[str]]:
    """Split a text table into its stripped cells, one list a line.

    Examples:
        >>> cells('''
        ... a | b c
        ... ''')
        [['a', 'b c']]
    """
    lines = (line for line in table.splitlines() if line.strip())
    return [[cell.strip() for cell in line.split("|")] for line in lines]


def read_services(table: str) -> dict[str, Service]:
    """Read ``code | name | category`` lines."""
    return {code: Service(code, name, kind) for code, name, kind in cells(table)}


def read_accounts(table: str) -> tuple[Account, ...]:
    """Read ``id | name | roles | regions | environment | team`` lines."""
    return tuple(
        Account(
            key, name, frozenset(roles.split()), tuple(regions.split()), stage, team
        )
        for key, name, roles, regions, stage, team in cells(table)
    )


def read_regions(table: str) -> dict[str, tuple[str, int]]:
    """Read ``id | name | price level`` lines."""
    return {key: (name, int(level)) for key, name, level in cells(table)}


def read_skus(table: str, services: dict[str, Service]) -> tuple[Sku, ...]:
    """Read the lines of a price list.

    Columns: service, kind, name, unit, price, per day, pattern, noise percent, growth
    percent, roles, weight.
    """
    return tuple(_sku(row, services) for row in cells(table))


def _sku(row: list[str], services: dict[str, Service]) -> Sku:
    code, kind, name, unit, price, per_day, pattern, noise, growth, roles, weight = row
    return Sku(
        service=services[code],
        kind=kind,
        name=name,
        unit=unit,
        price=Decimal(price),
        per_day=float(per_day),
        pattern=pattern,
        noise_pct=float(noise),
        growth_pct=float(growth),
        roles=frozenset(roles.split()),
        weight=int(weight),
    )
