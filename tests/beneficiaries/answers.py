"""What people fill in: the fields of the registry's forms, as a browser sends them."""

from uuid import NAMESPACE_URL, uuid4, uuid5

from beneficiaries.rules.identity import dui_check_digit
from tests.factories.beneficiaries import DistrictFactory, LookupFactory


def dui(number):
    """A number that a DUI may have."""
    return f"{number:08}-{dui_check_digit(f'{number:08}')}"


def identity(**changes):
    return {
        "given_names": "Rosa Elena",
        "surnames": "Menjívar Alas",
        "known_as": "",
        "birth_day": "10",
        "birth_month": "5",
        "birth_year": "1990",
        "sex": "F",
        "population": "returnee",
        "district": DistrictFactory().pk,
        "area": "urban",
    } | changes


def document(**changes):
    return {
        "doc_type": "dui",
        "status": "valid",
        "number": dui(90000001),
        "check_reason": "",
    } | changes


def contact(**changes):
    return {
        "phone_1": "7777-1234",
        "phone_1_owner": "own",
        "phone_2": "",
        "email": "",
        "address_line": "",
        "allowed_channels": ["call"],
        "safe_times": "",
    } | changes


def trip(**changes):
    return {
        "return_country": LookupFactory().pk,
        "returned_day": "1",
        "returned_month": "12",
        "returned_year": "2025",
    } | changes


def circumstances(**changes):
    return {
        "return_type": LookupFactory(list="return_type", code="deported", es="Deportación").pk,
    } | changes


def job(**changes):
    return {
        "country": LookupFactory().pk,
        "sector": "construction",
        "position": "Techador",
        "employer": "",
        "started_day": "1",
        "started_month": "1",
        "started_year": "2020",
        "ended_day": "31",
        "ended_month": "12",
        "ended_year": "2022",
        "duties": "",
    } | changes


def registration(**changes):
    """The answers to all the pages that a registration needs."""
    return {
        **identity(),
        **document(),
        **contact(),
        "registered_on": "2026-11-20",
    } | changes


def consent(**changes):
    return {
        "key": str(uuid4()),
        "agrees": "yes",
        "purposes": ["assessment"],
        "channel": "paper_signed",
        "witness": "",
    } | changes


PAGES = {"identidad": identity, "documentos": document, "contacto": contact}


def fill_in(client, url, answers):
    """Fill in the pages of the registration at `url`; the first that comes back with an error."""
    known = {name: page for page, asks in PAGES.items() for name in asks()}
    for page in PAGES:
        own = {
            name: value
            for name, value in answers.items()
            if is_a_decision(name) or known.get(name, "identidad") == page
        }
        own["key"] = str(uuid5(NAMESPACE_URL, url + page))
        response = client.post(f"{url}{page}/", own)
        if response.status_code != 302 or not response.url.startswith(url):
            return response
    return None


def register(client, url, answers):
    """Fill in the pages of the registration at `url`, and press «Registrar»."""
    back = fill_in(client, url, answers)
    said = {name: value for name, value in answers.items() if is_a_decision(name)}
    return back or client.post(f"{url}revisar/", said)


def is_a_decision(name):
    return name.startswith(("parecido-", "razon-"))
