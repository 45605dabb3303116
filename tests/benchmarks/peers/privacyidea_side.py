"""privacyIDEA, run in its own environment: `application` for gunicorn; as a program, its tables and so many tokens."""

import os
import sys

from privacyidea.app import create_app
from privacyidea.lib.token import init_token

SECRET = bytes(range(20)).hex()
"""Everybody's, as in tests/benchmarks/crowd.py."""

application = create_app(config_name="production", config_file=os.environ["PRIVACYIDEA_CONFIGFILE"], silent=True)


def main(count: int) -> None:
    with application.app_context():
        for number in range(1, count + 1):
            token = {"serial": f"U{number:08}", "type": "totp", "otpkey": SECRET, "otplen": 6, "timeStep": 30}
            init_token(token | {"hashlib": "sha1"})


if __name__ == "__main__":
    main(int(sys.argv[1]))
