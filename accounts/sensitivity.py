"""The class of each column of who works here (the classes: genesis/lib/sensitivity.py)."""

from genesis.lib.sensitivity import classes

COLUMNS = {
    "Organization": classes(
        none="id public_id version code name kinds address phone search sort_name ended_at"
        " ended_by",
    ),
    "User": classes(
        none="id public_id version password last_login is_superuser is_staff is_active date_joined"
        " list_choices",
        D2="email first_name last_name search sort_name",
    ),
    "RoleAssignment": classes(
        none="id public_id version user role organization valid_from valid_until given_at given_by"
        " ended_at ended_by",
    ),
    "SentForm": classes(none="id actor key fingerprint result at"),
    "Activity": classes(
        none="id actor verb model record_id at ip request_id",
        D2="changes",
        D1="person_id",
    ),
    "ReadReason": classes(
        none="id user level day at",
        D1="person_id",
        D2="reason",
    ),
    "Draft": classes(
        none="id user form target title address saved_at",
        D4="answers",
    ),
    "ReadLog": classes(
        none="id actor kind view at ip request_id",
        D1="persons",
    ),
}
