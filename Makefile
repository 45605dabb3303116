# Everything a contributor runs. Works with GNU make 3.81 (macOS) and without uv.

BIN := .venv/bin
# PIP_ variables stay as the machine has them; uv never fetches a Python of its own.
export UV_PYTHON_DOWNLOADS := never

.PHONY: help sandbox test attacks fuzz mutants bench bench-peers check format lock pictures block-schema

help:
	@echo 'make sandbox        play the bot in a browser, without Slack  (ARGS="--fresh", ARGS="--port 9000")'
	@echo 'make test           run the tests                             (ARGS="tests/core -k throttle")'
	@echo 'make attacks        try to break it, at full size, and renew the table in docs/attacks.md  (ARGS="-k killed")'
	@echo 'make fuzz           fuzz edge, API, CSV and codes for an hour      (FUZZ_SECONDS=60)'
	@echo 'make mutants        put small defects in, one by one, and see a test fail  (ARGS="bot/core/throttle.py")'
	@echo 'make bench          measure, and print the figures            (SCALE=1000000 for the search among so many)'
	@echo 'make bench-peers    sign-ins beside privacyIDEA and django-otp, which it installs into .bench/'
	@echo 'make check          format, lint, types, layers, migrations, locks'
	@echo 'make format         let the formatter and the linter correct what they can'
	@echo 'make lock           make the requirements*.lock files from pyproject.toml'
	@echo 'make pictures       make the README'"'"'s screenshots anew'
	@echo 'make block-schema   make bot/sandbox/blocks/schema.json from Slack'"'"'s types (needs node and npm)'

sandbox: .venv/sandbox.stamp
	@exec $(BIN)/python -m bot sandbox $(ARGS)

test: .venv/dev.stamp
	$(BIN)/python -m pytest --numprocesses=auto --dist=worksteal $(ARGS)

attacks: .venv/dev.stamp
	ATTACKS=docs/attacks.md $(BIN)/python -m pytest -q --numprocesses=auto --dist=worksteal \
		-o python_files='attack_*.py' tests/attacks $(ARGS)

fuzz: .venv/dev.stamp
	FUZZ_SECONDS=$${FUZZ_SECONDS:-3600} ATTACKS=docs/attacks.md $(BIN)/python -m pytest -q --numprocesses=auto \
		-o python_files='attack_*.py' tests/attacks/attack_fuzzed.py $(ARGS)

mutants: .venv/dev.stamp
	$(BIN)/python -m tests.support.mutants $(ARGS)

bench: .venv/dev.stamp
	$(BIN)/python -m pytest -q -s -o python_files='bench_*.py' tests/benchmarks $(ARGS)

bench-peers: .venv/dev.stamp
	$(BIN)/python -m pytest -q -s -o python_files='peers_*.py' tests/benchmarks $(ARGS)

check: .venv/dev.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python .ci/migrations.py
	$(BIN)/python .ci/locks.py --check
	$(BIN)/python .ci/length.py

format: .venv/dev.stamp
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: .venv/dev.stamp
	$(BIN)/python .ci/locks.py $(ARGS)

pictures: .venv/dev.stamp
	PICTURES=docs/pictures $(BIN)/python -m pytest -q tests/sandbox/test_story.py tests/sandbox/test_reset_story.py \
		tests/sandbox/page/test_report.py

block-schema:
	node bot/sandbox/blocks/make_schema.mjs

.venv/sandbox.stamp: requirements-sandbox.lock
	@sh .ci/venv sandbox

.venv/dev.stamp: requirements-dev.lock
	@sh .ci/venv dev
