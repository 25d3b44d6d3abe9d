"""Dollars a million over the rate, as a picture of lines on two logarithmic axes."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from costs.bill import DECIDING, STANDING, bill
from costs.load import Load

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 760, 420, 60, 190, 20, 50
_RATES = [10 ** (step / 20) for step in range(-20, 75)]
_TICKS_X = (0.1, 1, 10, 100, 1_000, 5_000)
_TICKS_Y = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000)
_COLOURS = {"fraudstream": "#0b6e4f", "tutorial": "#c8553d", "with_state": "#4a5899"}
_NAMES = {"fraudstream": "Fraudstream", "tutorial": "(a)", "with_state": "(b)"}
_DASHES = {"serverless": "", "instances": ' stroke-dasharray="5 4"'}


@dataclass(frozen=True, slots=True)
class _Curve:
    who: str
    endpoint: str
    values: Sequence[float]


def svg() -> str:
    """Return the chart: what is decided and what stands, without what is kept."""
    curves = [
        _Curve(who, endpoint, [_dollars(who, endpoint, rate) for rate in _RATES])
        for who in _COLOURS
        for endpoint in _DASHES
    ]
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" '
            'font-size="12" fill="#444">'
        ),
        '<rect width="100%" height="100%" fill="white"/>',
        *_axes(),
        *(_line(curve) for curve in curves),
        *_legend(),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _dollars(who: str, endpoint: str, rate: float) -> float:
    return bill(Load(rate=rate, endpoint=endpoint), who).per_million(DECIDING, STANDING)


def _x(rate: float) -> float:
    low, high = math.log(_RATES[0]), math.log(_RATES[-1])
    return _LEFT + (math.log(rate) - low) / (high - low) * (_WIDTH - _LEFT - _RIGHT)


def _y(dollars: float) -> float:
    low, high = math.log(_TICKS_Y[0]), math.log(_TICKS_Y[-1])
    return _TOP + (high - math.log(dollars)) / (high - low) * (_HEIGHT - _TOP - _BOTTOM)


def _axes() -> Iterator[str]:
    right, bottom = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM
    for rate in _TICKS_X:
        x = _x(rate)
        yield f'<line x1="{x:.1f}" y1="{_TOP}" x2="{x:.1f}" y2="{bottom}" stroke="#eee"/>'
        yield f'<text x="{x:.1f}" y="{bottom + 18}" text-anchor="middle">{rate:,g}</text>'
    for dollars in _TICKS_Y:
        y = _y(dollars)
        yield f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}" stroke="#eee"/>'
        yield f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{dollars:,}</text>'
    yield f'<text x="{(_LEFT + right) / 2:.0f}" y="{_HEIGHT - 12}" text-anchor="middle">transactions a second</text>'
    middle = (_TOP + bottom) / 2
    yield (
        f'<text x="16" y="{middle:.0f}" text-anchor="middle" transform="rotate(-90 16 {middle:.0f})">'
        "dollars a million</text>"
    )


def _line(curve: _Curve) -> str:
    points = " ".join(
        f"{_x(rate):.1f},{_y(value):.1f}"
        for rate, value in zip(_RATES, curve.values, strict=True)
        if value <= _TICKS_Y[-1]
    )
    dash = _DASHES[curve.endpoint]
    return f'<polyline points="{points}" fill="none" stroke="{_COLOURS[curve.who]}" stroke-width="2"{dash}/>'


def _legend() -> Iterator[str]:
    left = _WIDTH - _RIGHT + 16
    for row, (who, endpoint) in enumerate((who, endpoint) for who in _COLOURS for endpoint in _DASHES):
        y = _TOP + 20 + 22 * row
        yield (
            f'<line x1="{left}" y1="{y}" x2="{left + 28}" y2="{y}" stroke="{_COLOURS[who]}" stroke-width="2"'
            f"{_DASHES[endpoint]}/>"
        )
        yield f'<text x="{left + 36}" y="{y + 4}">{_NAMES[who]}, {endpoint}</text>'
