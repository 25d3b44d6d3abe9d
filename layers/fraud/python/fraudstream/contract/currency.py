"""Which currencies an amount can be in, and how many decimals each has (ISO 4217, tables A.1 and A.3)."""

from fraudstream.currency import exponent

_CURRENT = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW
CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL
HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA
MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD
RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD
USN UYI UYU UYW UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""

# Withdrawn in the last years. Cards were charged in them, so refunds, replays and uploaded histories still name them.
_WITHDRAWN = "ANG BGN CUC HRK MRO SLL STD VEF ZWL"

EXPONENT: dict[str, int] = {code: exponent(code) for code in sorted((_CURRENT + _WITHDRAWN).split())}
"""Decimals of every accepted currency: 2 for EUR, 0 for JPY, 3 for KWD. Metals, tests and "no currency" are not money
that a card can be charged in, and are not accepted."""
