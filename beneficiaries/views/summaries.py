"""How the records of a file read: sections, each with its records as lines of label and value."""

from datetime import date
from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from beneficiaries.choices import ConsentChannel, ConsentPurpose
from beneficiaries.models import Consent, LookupValue
from genesis.templatetags.days import known_to

# columns with several codes → the list that the codes are of
LISTS = {
    "benefits": "benefit",
    "availability": "availability",
    "tools": "tool",
    "reasons_leaving": "reason_leaving",
    "causes": "idp_cause",
    "nationality": "countries",
}


def file_sections(person, can_change):
    """What the file says in D1 to D3, in the order in which people are asked."""
    labels = _labels(
        ["benefit", "availability", "tool"],
        countries=person.nationality,
        isco08=[each.isco for each in person.jobs.all()],
    )
    page = _Pages(person, can_change)
    return [
        _identity(person, page, labels),
        _contact(person, page, labels),
        _documents(person, page, labels),
        page.section(
            _("Return"),
            [_trip(each, page, labels) for each in person.trips.all()],
            add=("trip_create", _("Add a return")),
        ),
        page.section(
            _("Household"),
            [_member(each, page, labels) for each in person.household.all()],
            add=("household_create", _("Add a member")),
        ),
        _education(person, page, labels),
        _skills(person, page, labels),
        page.section(
            _("Work experience"),
            [_job(each, page, labels) for each in person.jobs.all()],
            add=("job_create", _("Add work experience")),
        ),
        page.section(
            _("Economic situation"),
            [_economy(each, page, labels) for each in person.economies.all()],
            add=("economy_create", _("Record the situation of today")),
        ),
    ]


def protected_sections(person, can_write):
    """What the file says in D4."""
    labels = _labels(["reason_leaving", "idp_cause"])
    page = _Pages(person, can_write)
    safe = getattr(person, "safe_contact", None)
    profile = getattr(person, "sensitive_profile", None)
    displacement = getattr(person, "displacement", None)
    return [
        page.section(
            _("Safe contact"),
            [_only(page, safe, "code_word threatened", labels, "safe_contact_change")],
        ),
        _avoided(person, page, labels),
        page.section(
            _("Circumstances of the journeys"),
            [_circumstances(each, page, labels) for each in person.trips.all()],
        ),
        page.section(_("Displacement"), [_displacement(displacement, page, labels)]),
        _everyday_life(profile, page, labels),
        _health(person, page, labels),
        _remarks(person, page),
    ]


def _documents(person, page, labels):
    columns = "status number issued_on expires_on check_reason"
    records = [
        page.record(
            str(each.get_doc_type_display()), _lines(each, labels, columns), "document_change", each
        )
        for each in person.documents.all()
    ]
    return page.section(_("Documents"), records, add=("document_create", _("Add a document")))


def _skills(person, page, labels):
    records = [
        page.record(each.name, _lines(each, labels, "level"), "skill_change", each)
        for each in person.skills.all()
    ]
    return page.section(_("Skills"), records, add=("skill_create", _("Add a skill")))


def _avoided(person, page, labels):
    columns = "kind organization reason"
    records = [
        page.record(each.name, _lines(each, labels, columns), "do_not_contact_change", each)
        for each in person.do_not_contact.all()
    ]
    return page.section(_("Do not contact"), records, add=("do_not_contact_create", _("Add")))


def _everyday_life(profile, page, labels):
    columns = (
        "gender_identity indigenous wg_seeing wg_hearing wg_walking wg_remembering"
        " wg_self_care wg_communicating"
    )
    record = _only(page, profile, columns, labels, "sensitive_change")
    return page.section(_("Identity and everyday life"), [record])


def _health(person, page, labels):
    columns = "disability chronic_illness"
    members = person.household.all()
    records = [
        page.record(
            each.name, _lines(each.health, labels, columns), "member_health_change", each.health
        )
        for each in members
        if hasattr(each, "health")
    ]
    add = ("member_health_create", _("Add")) if members else None
    return page.section(_("Health in the household"), records, add=add)


def _remarks(person, page):
    records = [
        page.record("", [_line(_("Remark"), each.text)]) for each in person.intake_notes.all()
    ]
    return page.section(_("Remarks of the registration"), records)


class _Pages:
    """Where the records of one person are changed, for whoever may."""

    def __init__(self, person, may):
        self.person, self.may = person, may

    def url(self, name, *more):
        args = [self.person.public_id, *more]
        return reverse(f"beneficiaries:{name}", args=args) if self.may else None

    def section(self, title, records, *, add=None):
        section = {"title": title, "records": records}
        if add and self.may:
            name, text = add
            section |= {"add": text, "add_url": self.url(name)}
        return section

    def record(self, title, rows, name=None, of=None):
        url = self.url(name, *([of.public_id] if of else [])) if name else None
        known = [each for each in rows if each["value"] not in {"", None}]
        missing = ", ".join(str(each["label"]) for each in rows if each not in known)
        return {"title": title, "rows": known, "missing": missing, "url": url}


def _labels(lists, **codes):
    """What the codes say, in one query: list and code → text. Of long lists only some `codes`."""
    wanted = LookupValue.objects.filter(list__in=lists)
    for name, some in codes.items():
        wanted |= LookupValue.objects.filter(list=name, code__in=some)
    return {(each.list, each.code): str(each) for each in wanted}


def _line(label, value):
    return {"label": capfirst(label), "value": value}


def _lines(record, labels, names):
    """The named columns of a record, each with its name and its value in words."""
    return [_line(*_read(record, name, labels)) for name in names.split()]


def words_of(record, columns, labels):
    """How columns that belong together read, in one line: a date with what is known of it."""
    words = []
    for name in columns:
        column = record._meta.get_field(name.removesuffix("_id"))
        if f"{name.removesuffix('_date')}_precision" in columns and name.endswith("_date"):
            precision = getattr(record, f"{name.removesuffix('_date')}_precision")
            words.append(str(known_to(getattr(record, name), precision)))
        elif not name.endswith("_precision"):
            label, text = _read(record, column.name, labels)
            told = isinstance(column, BooleanField) and len(columns) > 1
            words.append(_("{label}: {answer}").format(label=label, answer=text) if told else text)
    return " · ".join(each for each in words if each)


def _read(record, name, labels):
    column = record._meta.get_field(name)
    value = getattr(record, name)
    if isinstance(column, ArrayField):
        words = ", ".join(labels.get((LISTS[name], code), code) for code in value)
    elif isinstance(column, BooleanField):
        words = {True: _("Yes"), False: _("No")}.get(value, "")
    elif column.choices:
        words = getattr(record, f"get_{name}_display")()
    elif isinstance(value, Decimal):
        words = number_format(value)
    elif isinstance(value, date):
        words = date_format(value, "SHORT_DATE_FORMAT")
    else:
        words = "" if value is None else str(value)
    return column.verbose_name, words


def _identity(person, page, labels):
    rows = _lines(person, labels, "given_names surnames known_as name_abroad")
    rows.append(_line(_("Date of birth"), known_to(person.birth_date, person.birth_precision)))
    rows += _lines(
        person,
        labels,
        "sex population nationality birth_country birth_district marital_status household_head",
    )
    return page.section(_("Identity"), [page.record("", rows, "person_change")])


def _contact(person, page, labels):
    contact = person.contact
    rows = _lines(
        contact,
        labels,
        "phone_1 phone_1_owner phone_1_whatsapp phone_2 phone_2_owner email address_line",
    )
    rows.append(_line(_("District"), person.place))
    rows += _lines(person, labels, "area")
    channels = contact._meta.get_field("allowed_channels").base_field.choices
    said = ", ".join(str(text) for code, text in channels if code in contact.allowed_channels)
    rows.append(_line(_("Allowed ways of contact"), said))
    rows += _lines(
        contact,
        labels,
        "safe_times safe_to_identify_project emergency_name emergency_relationship"
        " emergency_phone previous_country previous_state previous_city",
    )
    rows.append(_line(_("Reviewed on"), date_format(contact.reviewed_on, "SHORT_DATE_FORMAT")))
    return page.section(_("Contact and place"), [page.record("", rows, "contact_change")])


def _trip(trip, page, labels):
    months = trip.months_abroad
    rows = [
        _line(_("Date of return"), known_to(trip.return_date, trip.return_precision)),
        *_lines(trip, labels, "return_port destination_country destination_state destination_city"),
        _line(_("Date of departure"), known_to(trip.departure_date, trip.departure_precision)),
        _line(_("Months abroad"), "" if months is None else months),
    ]
    return page.record(str(trip.return_country or _("Country missing")), rows, "trip_change", trip)


def _member(member, page, labels):
    rows = _lines(
        member,
        labels,
        "relationship sex birth_year lives_together at_school economically_dependent"
        " monthly_income",
    )
    if member.own_file:
        rows.append(_line(_("Own file"), member.own_file.file_number))
    return page.record(member.name, rows, "household_change", member)


def _education(person, page, labels):
    names = (
        "level reads_spanish writes_spanish title title_year title_country english_level"
        " other_languages tools driving_licence phone_kind has_data uses_email"
    )
    education = getattr(person, "education", None)
    return page.section(_("Education"), [_only(page, education, names, labels, "education_change")])


def _only(page, record, names, labels, change):
    """The one record of its kind; before it is there, where to fill it in."""
    rows = _lines(record, labels, names) if record else [_line(_("Answers"), "")]
    return page.record("", rows, change)


def _job(job, page, labels):
    ended = _("until the return") if job.ongoing else known_to(job.end_date, job.end_precision)
    rows = [
        *_lines(job, labels, "country state sector"),
        _line(_("ISCO-08 group"), labels.get(("isco08", job.isco), job.isco)),
        *_lines(job, labels, "isic_section employer"),
        _line(_("Began"), known_to(job.start_date, job.start_precision)),
        _line(_("Ended"), ended),
        *_lines(job, labels, "duties supervised_people proof last_pay pay_currency pay_period"),
    ]
    return page.record(job.position or _("Occupation missing"), rows, "job_change", job)


def _economy(economy, page, labels):
    names = " ".join(
        each.name
        for each in economy._meta.fields
        if each.name not in {"id", "public_id", "version", "person", "on"}
    )
    on = date_format(economy.on, "DATE_FORMAT")
    return page.record(on, _lines(economy, labels, names), "economy_change", economy)


def _circumstances(trip, page, labels):
    title = str(trip.return_country or _("Country missing"))
    told = getattr(trip, "circumstances", None)
    if told is None:
        return page.record(title, [_line(_("Answers"), "")], "circumstances_change", trip)
    rows = _lines(
        told,
        labels,
        "return_type channel reasons_leaving detained detention_months times_deported"
        " left_property_or_wages minor_children_abroad intention",
    )
    if told.return_type_text:
        rows.append(_line(_("As the workbook says it"), told.return_type_text))
    return page.record(title, rows, "circumstances_change", trip)


def _displacement(displacement, page, labels):
    if displacement is None:
        return page.record("", [_line(_("Answers"), "")], "displacement_change")
    since = known_to(displacement.since, displacement.since_precision)
    rows = [
        _line(_("Displaced since"), since),
        *_lines(
            displacement,
            labels,
            "causes origin_district dav_registered can_return_home solution",
        ),
    ]
    return page.record("", rows, "displacement_change")


def consents_said(registration):
    """What was agreed to before anything else in a registration, when and how."""
    given = registration.consents
    for name, label in (("granted", _("Agreed to")), ("refused", _("Not agreed to"))):
        purposes = [str(ConsentPurpose(each).label) for each in given.get(name, ())]
        if purposes:
            yield {"label": label, "value": ", ".join(purposes)}
    day = timezone.localdate(registration.begun_at)
    yield {"label": _("Day"), "value": date_format(day, "SHORT_DATE_FORMAT")}
    if channel := given.get("channel"):
        yield {"label": _("How does she or he agree?"), "value": ConsentChannel(channel).label}
    for name in ("witness", "recording"):
        if given.get(name):
            label = capfirst(Consent._meta.get_field(name).verbose_name)
            yield {"label": label, "value": given[name]}
