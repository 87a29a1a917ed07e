#!/bin/sh
# Rebuild all tables, mark what agrees with a record, and validate.
cd "$(dirname "$0")"; P=${PYTHON:-python3}
$P build_states_names.py && $P build_rest.py && $P check_memberships.py && $P build_rest.py && $P validate.py
