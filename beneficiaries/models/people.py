"""A person, and what is known of her: documents, contact, journeys, work."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from accounts.models import Organization
from accounts.roles import Permission
from beneficiaries.choices import (
    DUI_TYPES,
    RETURNED,
    Area,
    ContactChannel,
    DocStatus,
    DocType,
    PhoneOwner,
    Population,
    Precision,
    Sector,
    Sex,
    Status,
)
from beneficiaries.models.codes import LookupValue
from beneficiaries.models.places import District, place_of
from genesis.lib.addresses import address_of
from genesis.lib.days import age_on, completed_months
from genesis.lib.search import plain, sounding

# Looked up for every row of a list, where Django's own way builds the list of choices each time.
STATUS_LABELS, SECTOR_LABELS = dict(Status.choices), dict(Sector.choices)
COLUMNS_OF_A_ROW = (
    "public_id",
    "file_number",
    "given_names",
    "surnames",
    "district_id",
    "registered_on",
    "status",
    "sector",
)


class PersonQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The people whose file their office holds, and those they accompany today.

        Who has another part, such as to assess somebody, sees the record of that part alone.
        """
        held = user.where(Permission.PERSON_VIEW, "office")
        theirs = Q(pk__in=self._assigned_to(user).caseworkers().values("person"))
        return self.not_barred_to(user).standing().filter(held | theirs)

    def standing(self):
        """The files that are there: neither merged into another, nor taken back with an import."""
        return self.filter(merged_into=None, undone_at=None)

    def to_be_used(self):
        """Those who did not have their data restricted: of the others they are kept, not used."""
        return self.filter(restricted_at=None)

    def not_barred_to(self, user):
        """Without those of whom somebody is a relative or a neighbour, as coordination noted."""
        barred = self.model._meta.get_field("conflicts").related_model.objects
        return self.exclude(pk__in=barred.filter(user=user).values("person"))

    def assigned_to(self, user):
        """Those with whom somebody has to do today, in whatever part."""
        return self.not_barred_to(user).filter(pk__in=self._assigned_to(user).values("person"))

    def accompanied_by(self, user):
        """Those whose case is with `user` today."""
        return self.filter(pk__in=self._assigned_to(user).caseworkers().values("person"))

    def without_caseworker(self):
        """«Por asignar»: nobody accompanies them today."""
        from_today = self.model._meta.get_field("assignments").related_model.objects
        return self.exclude(
            pk__in=from_today.on(timezone.localdate()).caseworkers().values("person")
        )

    def _assigned_to(self, user):
        assignments = self.model._meta.get_field("assignments").related_model.objects
        return assignments.on(timezone.localdate()).filter(user=user)

    def named(self, text):
        """Those whose names hold every word of `text`, however it is accented."""
        words = plain(text.replace(",", " ")).split()
        return self.filter(*[Q(search__contains=word) for word in words])

    def called(self, text):
        """By name; where nobody is written like that, those who sound like it."""
        found = self.named(text)
        return found if found.exists() else self.sounding_like(text)

    def sounding_like(self, text):
        """Those whose names hold every word of `text` as it is heard."""
        words = sounding(text.replace(",", " ")).split()
        return self.filter(*[Q(sounds__contains=word) for word in words])

    def with_dui(self, number):
        """Those with this DUI, valid or expired, in any office."""
        return self.filter(documents__doc_type__in=DUI_TYPES, documents__number=number)

    def with_number(self, file_number):
        """The file with this number, or the one into which it was merged: both find it."""
        led = self.model.objects.filter(file_number=file_number).values("merged_into")
        return self.filter(Q(file_number=file_number) | Q(pk__in=led))

    def for_list(self):
        """With what a row prints, and no more. The page sorts and counts."""
        return self.only(*COLUMNS_OF_A_ROW)


class Person(models.Model):
    """Somebody whom the programme accompanies: one file number for life (CASE-1)."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    file_number = models.CharField(_("file number"), max_length=14, unique=True, editable=False)
    given_names = models.CharField(_("given names"), max_length=120)
    surnames = models.CharField(_("surnames"), max_length=120, blank=True)
    known_as = models.CharField(_("known as"), max_length=80, blank=True)
    name_abroad = models.CharField(_("name used abroad"), max_length=120, blank=True)
    search = models.CharField(max_length=260, editable=False)
    sounds = models.CharField(max_length=260, editable=False)
    sort_name = models.CharField(max_length=300, editable=False)
    name_key = models.CharField(max_length=260, editable=False)
    birth_date = models.DateField(_("date of birth"), null=True, blank=True)
    birth_precision = models.CharField(
        _("how exact the birth date is"), max_length=10, choices=Precision, blank=True
    )
    sex = models.CharField(_("sex"), max_length=1, choices=Sex)
    population = models.CharField(_("profile"), max_length=15, choices=Population)
    nationality = ArrayField(  # codes of the list of countries
        models.CharField(max_length=2), default=list, blank=True, verbose_name=_("nationality")
    )
    birth_country = models.ForeignKey(
        LookupValue,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("country of birth"),
    )
    birth_district = models.ForeignKey(
        District,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("district of birth"),
    )
    marital_status = models.ForeignKey(
        LookupValue,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("marital status"),
    )
    household_head = models.BooleanField(_("heads the household"), null=True, blank=True)
    office = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="people", verbose_name=_("office")
    )
    district = models.ForeignKey(
        District,
        null=True,  # an imported row may lack it; the registration page does not
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("district"),
    )
    area = models.CharField(_("area"), max_length=5, choices=Area, blank=True)
    registered_on = models.DateField(_("registered on"), default=timezone.localdate)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    status = models.CharField(_("situation"), max_length=20, choices=Status, editable=False)
    sector = models.CharField(
        _("sector"), max_length=15, choices=Sector, blank=True, editable=False
    )
    merged_into = models.ForeignKey(
        "self",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
        verbose_name=_("file into which it was merged"),
    )
    undone_at = models.DateTimeField(
        _("import undone at"), null=True, editable=False
    )  # since then nobody finds the file
    restricted_at = models.DateTimeField(
        _("restricted since"), null=True, editable=False
    )  # kept since then, not used

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.CheckConstraint(
                name="person_name_can_be_searched_and_sorted",
                condition=~Q(search="") & ~Q(sounds="") & ~Q(sort_name="") & ~Q(name_key=""),
            ),
            models.CheckConstraint(
                name="person_birth_date_says_how_exact_it_is",
                condition=Q(birth_date=None, birth_precision="")
                | Q(birth_date__isnull=False, birth_precision__in=Precision.values),
            ),
            models.CheckConstraint(
                name="person_codes_are_known",
                condition=Q(
                    sex__in=Sex.values,
                    population__in=Population.values,
                    status__in=Status.values,
                    sector__in=["", *Sector.values],
                ),
            ),
            models.CheckConstraint(
                name="person_not_merged_into_herself",
                condition=Q(merged_into=None) | ~Q(merged_into=F("id")),
            ),
            models.CheckConstraint(
                name="person_merged_or_taken_back",
                condition=Q(merged_into=None) | Q(undone_at=None),
            ),
        ]
        indexes = [
            GinIndex(name="person_search", fields=["search"], opclasses=["gin_trgm_ops"]),
            GinIndex(name="person_by_sound", fields=["sounds"], opclasses=["gin_trgm_ops"]),
            models.Index(name="person_in_order", fields=["sort_name", "id"]),
            models.Index(name="person_newest", fields=["registered_on", "id"]),
            models.Index(name="person_of_an_office", fields=["office", "sort_name", "id"]),
            models.Index(name="person_name_and_birth", fields=["name_key", "birth_date"]),
        ]

    def __str__(self):
        return self.display_name

    def get_absolute_url(self):
        return address_of("beneficiaries:person_detail", self.public_id)

    @property
    def person_id(self):
        """So that the history of a person's own record is found with that of her others."""
        return self.pk

    def earlier_files(self):
        """The keys of the files that were merged into this one: the history keeps theirs."""
        return Person.objects.filter(merged_into=self).values_list("pk", flat=True)

    @cached_property
    def accompanied_today(self):
        """The ids of those who accompany her today: a page asks it once for all its buttons."""
        today = self.assignments.on(timezone.localdate()).caseworkers()
        return set(today.values_list("user", flat=True))

    @property
    def display_name(self):
        return f"{self.given_names} {self.surnames}".strip()

    @property
    def masked_name(self):
        """The first name and the initial of the surname, for who learns no more of her."""
        initial = [f"{self.surnames[0]}."] if self.surnames else []
        return " ".join([*self.given_names.split()[:1], *initial])

    @property
    def initials(self):
        return "".join(part[0] for part in (self.given_names, self.surnames) if part).upper()

    @property
    def place(self):
        """Where she lives: district and department; empty when it is not known."""
        return place_of(self.district_id)

    @property
    def status_label(self):
        return STATUS_LABELS.get(self.status, "")

    @property
    def sector_label(self):
        return SECTOR_LABELS.get(self.sector, "")

    @property
    def is_returned(self):
        return self.population in RETURNED

    @property
    def age(self):
        """Completed years today; None when the birth date is not known."""
        return age_on(self.birth_date, timezone.localdate()) if self.birth_date else None


class FileNumberCounter(models.Model):
    """The last file number of a year; locked while the next is taken."""

    year = models.PositiveSmallIntegerField(unique=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self):
        return f"{self.year}: {self.last}"


class IdentityDocument(models.Model):
    """One paper that says who somebody is, or that she has none (CASE-2)."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="documents")
    doc_type = models.CharField(_("document"), max_length=15, choices=DocType)
    status = models.CharField(_("state"), max_length=12, choices=DocStatus)
    number = models.CharField(_("number"), max_length=30, blank=True)
    check_reason = models.CharField(_("why the check digit differs"), max_length=200, blank=True)
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    expires_on = models.DateField(_("expires on"), null=True, blank=True)
    active = models.BooleanField(default=True, editable=False)  # not when its file was merged

    class Meta:
        verbose_name = _("identity document")
        verbose_name_plural = _("identity documents")
        constraints = [
            models.CheckConstraint(
                name="document_codes_are_known",
                condition=Q(doc_type__in=DocType.values, status__in=DocStatus.values),
            ),
            models.CheckConstraint(
                name="document_valid_or_expired_has_a_number",
                condition=~Q(number="")
                | ~Q(status__in=[DocStatus.VALID.value, DocStatus.EXPIRED.value]),
                violation_error_message=_("A valid or expired document needs its number."),
            ),
            models.UniqueConstraint(
                name="document_one_person_per_dui",
                fields=["number"],
                condition=Q(doc_type__in=[each.value for each in DUI_TYPES], active=True)
                & ~Q(number=""),
                violation_error_message=_("Somebody is already registered with this DUI."),
            ),
        ]
        indexes = [models.Index(name="document_by_number", fields=["number"])]

    def __str__(self):
        return f"{self.get_doc_type_display()} {self.number}".strip()


class Contact(models.Model):
    """How, when and under which name somebody may be reached (CASE-14)."""

    version = models.PositiveIntegerField(default=1, editable=False)
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="contact")
    phone_1 = PhoneNumberField(_("telephone"), blank=True)
    phone_1_owner = models.CharField(
        _("whose telephone"), max_length=10, choices=PhoneOwner, blank=True
    )
    phone_1_whatsapp = models.BooleanField(_("this number uses WhatsApp"), default=False)
    phone_2 = PhoneNumberField(_("second telephone"), blank=True)
    phone_2_owner = models.CharField(
        _("whose second telephone"), max_length=10, choices=PhoneOwner, blank=True
    )
    email = models.EmailField(_("e-mail"), max_length=254, blank=True)
    address_line = models.CharField(_("address"), max_length=200, blank=True)
    allowed_channels = ArrayField(
        models.CharField(max_length=12, choices=ContactChannel),
        default=list,
        blank=True,
        verbose_name=_("allowed ways of contact"),
    )
    safe_times = models.CharField(_("safe times"), max_length=120, blank=True)
    safe_to_identify_project = models.BooleanField(
        _("messages may name the programme"), default=False
    )
    previous_country = models.ForeignKey(
        LookupValue,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("country of the address abroad"),
    )
    previous_state = models.ForeignKey(
        LookupValue,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("state of the address abroad"),
    )
    previous_city = models.CharField(_("city of the address abroad"), max_length=80, blank=True)
    emergency_name = models.CharField(_("emergency contact"), max_length=120, blank=True)
    emergency_relationship = models.ForeignKey(
        LookupValue,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("relationship of the emergency contact"),
    )
    emergency_phone = PhoneNumberField(_("telephone of the emergency contact"), blank=True)
    reviewed_on = models.DateField(
        _("last reviewed on"), default=timezone.localdate, editable=False
    )

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        constraints = [
            models.CheckConstraint(
                name="contact_channels_are_known",
                condition=Q(allowed_channels__contained_by=ContactChannel.values),
            ),
            models.CheckConstraint(
                name="contact_reaches_the_person_or_says_that_nothing_does",
                condition=Q(allowed_channels=[])
                | ~Q(phone_1="")
                | ~Q(email="")
                | Q(allowed_channels__overlap=["home_visit", "third_party"]),
            ),
        ]
        indexes = [models.Index(name="contact_by_phone", fields=["phone_1"])]

    def __str__(self):
        return str(_("The contact"))

    @property
    def may_be_called(self):
        """Whether the person allows calls, and there is a number for them (safe contact)."""
        return bool(self.phone_1) and ContactChannel.CALL in self.allowed_channels

    @property
    def is_unasked(self):
        """Whether a telephone came with a workbook, and nobody has asked how it may be used."""
        return bool(self.phone_1) and not self.phone_1_owner and not self.allowed_channels

    def numbers(self):
        """Each telephone on record, with whose it is where that was asked."""
        both = [
            (self.phone_1, self.get_phone_1_owner_display()),
            (self.phone_2, self.get_phone_2_owner_display()),
        ]
        return [(number, owner) for number, owner in both if number]


class Trip(models.Model):
    """One journey abroad and back."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="trips")
    destination_country = models.ForeignKey(
        LookupValue,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("country of destination"),
        null=True,
        blank=True,
    )
    destination_state = models.ForeignKey(
        LookupValue,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("state of destination"),
        null=True,
        blank=True,
    )
    destination_city = models.CharField(_("city of destination"), max_length=80, blank=True)
    departure_date = models.DateField(_("departure"), null=True, blank=True)
    departure_precision = models.CharField(
        _("how exact the departure is"), max_length=10, choices=Precision, blank=True
    )
    return_country = models.ForeignKey(
        LookupValue,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("returned from"),
        null=True,
        blank=True,
    )
    return_date = models.DateField(_("return"), null=True, blank=True)
    return_precision = models.CharField(
        _("how exact the return is"), max_length=10, choices=Precision, blank=True
    )
    return_port = models.ForeignKey(
        LookupValue,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("port of return"),
        null=True,
        blank=True,
    )

    class Meta:
        verbose_name = _("journey")
        verbose_name_plural = _("journeys")
        constraints = [
            models.CheckConstraint(
                name="trip_returns_after_it_departs",
                condition=Q(departure_date=None)
                | Q(return_date=None)
                | Q(return_date__gte=F("departure_date")),
                violation_error_message=_("The return cannot come before the departure."),
            )
        ]
        indexes = [models.Index(name="trip_latest", fields=["person", "-return_date", "-id"])]

    def __str__(self):
        return str(self.return_country or "")

    @property
    def months_abroad(self):
        """Whole months between departure and return; None unless both are known."""
        if self.departure_date and self.return_date:
            return completed_months(self.departure_date, self.return_date)
        return None


class WorkExperience(models.Model):
    """One job, here or abroad, with the days between which it lasted (CASE-6)."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="jobs")
    country = models.ForeignKey(
        LookupValue,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("country"),
    )
    state = models.ForeignKey(
        LookupValue,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("state"),
    )
    sector = models.CharField(_("sector"), max_length=15, choices=Sector, blank=True)
    isic_section = models.ForeignKey(
        LookupValue,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("branch of activity"),
    )
    isco = models.CharField(_("code of the occupation (ISCO)"), max_length=4, blank=True)
    position = models.CharField(_("occupation"), max_length=120, blank=True)
    employer = models.CharField(_("employer"), max_length=120, blank=True)
    start_date = models.DateField(_("began"), null=True, blank=True)
    start_precision = models.CharField(
        _("how exact the beginning is"), max_length=10, choices=Precision, blank=True
    )
    end_date = models.DateField(_("ended"), null=True, blank=True)
    end_precision = models.CharField(
        _("how exact the end is"), max_length=10, choices=Precision, blank=True
    )
    ongoing = models.BooleanField(_("until the return"), default=False)
    duties = models.TextField(_("what she or he did"), max_length=1000, blank=True)
    supervised_people = models.PositiveSmallIntegerField(
        _("people supervised"), null=True, blank=True
    )
    proof = models.ForeignKey(
        LookupValue,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("proof of the work"),
    )
    last_pay = models.DecimalField(
        _("last pay"), max_digits=9, decimal_places=2, null=True, blank=True
    )
    pay_currency = models.ForeignKey(
        LookupValue,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("currency"),
    )
    pay_period = models.ForeignKey(
        LookupValue,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("paid by the"),
    )

    class Meta:
        verbose_name = _("work experience")
        verbose_name_plural = _("work experiences")
        constraints = [
            models.CheckConstraint(
                name="work_sector_is_known", condition=Q(sector__in=["", *Sector.values])
            ),
            models.CheckConstraint(
                name="work_ends_after_it_begins",
                condition=Q(start_date=None) | Q(end_date=None) | Q(end_date__gte=F("start_date")),
                violation_error_message=_("The end cannot come before the beginning."),
            ),
        ]

    def __str__(self):
        return self.position


class IntakeNote(models.Model):
    """What a field office remarked on a registration: it may tell of a danger (D4)."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="intake_notes")
    text = models.TextField(_("note"))
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("intake note")
        verbose_name_plural = _("intake notes")

    def __str__(self):
        return f"{timezone.localdate(self.recorded_at):%d/%m/%Y}"
