"""Currencies as they stand beside amounts: by sign, by the code of ISO 4217, and as people abbreviate them."""

from __future__ import annotations

# Every sign of Unicode but ¢, whose amounts are not those of its dollar.
_SIGNS = frozenset("$£¤¥֏؋৲৳৻૱௹฿៛﷼") | {chr(code) for code in range(0x20A0, 0x20C1)}
# Of ISO 4217, with some of before the euro, and two that are none of its codes but are written so. Those that are
# rather words, goals or makers in capitals are left out: ALL, AMD, BOB, CUP, CVE, MOP, SDG, SHP, SOS, STN, TOP. So is
# every single letter: R 12 may be a room.
_CODES = """
    AED AFN ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP
    CRC CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD
    IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MRU MUR
    MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SEK
    SGD SLE SRD SSP SVC SYP SZL THB TJS TMT TND TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF
    YER ZAR ZMW ZWL ATS BEF DEM EEK ESP FIM FRF GRD HRK IEP ITL LTL LVL NLG SKK NTD RMB
"""
_DOLLARS = "A AR AU B BZ C CA CAN CL CO EC FJ G HK J MX N NT NZ R RD S SG T TT U US Z"
_SHORT = """
    kr kr. Kr Kr. Rs Rs. Rp Rp. RM Tk Tk. S/ S/. B/. Bs Bs. Fr. SFr SFr. sFr sFr. DM TL KSh Ksh TSh USh GH₵ CN¥ JP¥
    Euro euro euros eur usd gbp chf sek nok dkk inr jpy cny aud cad nzd sgd hkd pln czk huf brl mxn zar krw idr
    zł Kč Ft lei лв лв. р р. руб руб. грн грн. дин дин. ден ден. đ 元 圆 圓 円 원
"""
CURRENCIES = _SIGNS.union(_CODES.split(), (f"{country}$" for country in _DOLLARS.split()), _SHORT.split())
