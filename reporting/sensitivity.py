"""The class of each column of the reports (the classes: genesis/lib/sensitivity.py)."""

from genesis.lib.sensitivity import classes

COLUMNS = {
    "Report": classes(
        none="id public_id work_state attempts attempted_at last_error since until known_at"
        " whole_programme requested_at requested_by sha256 erased_at",
        D1="file",
    ),
}
