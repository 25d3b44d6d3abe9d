"""The places and trades of the simulated world: real cities, and shares chosen to look like everyday spending."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    """A city; `card_weight` 0 means nobody lives there: people only travel to it."""

    name: str
    country: str
    latitude: float
    longitude: float
    card_weight: float
    shop_weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """A kind of merchant; `amount_factor` is its typical amount over the card's typical amount."""

    mcc: str
    category: str
    shop_weight: float
    online_weight: float
    amount_factor: float


def _city(row: tuple[str, str, float, float, float, float]) -> City:
    name, country, latitude, longitude, card_weight, shop_weight = row
    return City(
        name=name,
        country=country,
        latitude=latitude,
        longitude=longitude,
        card_weight=card_weight,
        shop_weight=shop_weight,
    )


CITIES = tuple(
    map(
        _city,
        (
            ("Paris", "FR", 48.8566, 2.3522, 18.0, 16.0),
            ("Lyon", "FR", 45.7640, 4.8357, 8.0, 7.0),
            ("Marseille", "FR", 43.2965, 5.3698, 7.0, 6.0),
            ("Lille", "FR", 50.6292, 3.0573, 5.0, 5.0),
            ("Berlin", "DE", 52.5200, 13.4050, 12.0, 10.0),
            ("Hamburg", "DE", 53.5511, 9.9937, 7.0, 6.0),
            ("Munich", "DE", 48.1351, 11.5820, 7.0, 6.0),
            ("Amsterdam", "NL", 52.3676, 4.9041, 8.0, 7.0),
            ("Brussels", "BE", 50.8503, 4.3517, 6.0, 6.0),
            ("Madrid", "ES", 40.4168, -3.7038, 9.0, 8.0),
            ("Barcelona", "ES", 41.3874, 2.1686, 6.0, 6.0),
            ("Milan", "IT", 45.4642, 9.1900, 7.0, 7.0),
            ("New York", "US", 40.7128, -74.0060, 0.0, 3.0),
            ("Miami", "US", 25.7617, -80.1918, 0.0, 2.0),
            ("Toronto", "CA", 43.6532, -79.3832, 0.0, 1.5),
            ("Dubai", "AE", 25.2048, 55.2708, 0.0, 1.5),
            ("Singapore", "SG", 1.3521, 103.8198, 0.0, 1.5),
            ("Sydney", "AU", -33.8688, 151.2093, 0.0, 1.5),
        ),
    )
)

TRADES = tuple(
    Trade(mcc=mcc, category=category, shop_weight=shop, online_weight=online, amount_factor=factor)
    for mcc, category, shop, online, factor in (
        ("5411", "grocery", 26.0, 4.0, 0.9),
        ("5812", "restaurant", 20.0, 3.0, 0.8),
        ("5814", "fast_food", 10.0, 3.0, 0.4),
        ("5541", "fuel", 8.0, 0.0, 1.6),
        ("5912", "pharmacy", 7.0, 2.0, 0.7),
        ("5651", "clothing", 8.0, 12.0, 1.8),
        ("5732", "electronics", 4.0, 10.0, 3.5),
        ("5311", "department_store", 6.0, 10.0, 1.7),
        ("5712", "furniture", 3.0, 4.0, 4.0),
        ("7011", "hotel", 3.0, 5.0, 4.5),
        ("4121", "taxi", 5.0, 6.0, 0.6),
        ("4511", "airline", 0.0, 5.0, 6.0),
        ("5816", "digital_goods", 0.0, 14.0, 0.25),
        ("4899", "streaming", 0.0, 10.0, 0.4),
        ("5942", "books", 3.0, 8.0, 0.7),
    )
)

CURRENCY = "EUR"
