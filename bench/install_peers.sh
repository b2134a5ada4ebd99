#!/usr/bin/env bash
# Installs what is measured beside Salami, by compare.py and peers/, at fixed versions, into bench/.peers.
set -euo pipefail
cd "$(dirname "$0")"
python3 -m venv .peers
.peers/bin/pip install --quiet pydantic-monty==1.4.0 dbos==3.4.0
npm install --silent --no-save --prefix .peers @restatedev/restate-server@1.7.12 @restatedev/restate-sdk@1.17.2
