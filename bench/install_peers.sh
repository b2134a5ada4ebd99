#!/usr/bin/env bash
# Installs the interpreters that compare.py measures beside Salami, at fixed versions, into bench/.peers.
set -euo pipefail
cd "$(dirname "$0")"
python3 -m venv .peers
.peers/bin/pip install --quiet pydantic-monty==1.4.0
