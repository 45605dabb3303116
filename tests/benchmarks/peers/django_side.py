"""django-otp as its documentation uses it, run in its own environment: `application` for gunicorn, behind one route.

As a program: its tables and so many devices.
"""

import json
import os
import sys

import django
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.urls import path

SECRET = bytes(range(20)).hex()
"""Everybody's, as in tests/benchmarks/crowd.py."""

settings.configure(
    SECRET_KEY="only for measuring",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django_otp",
        "django_otp.plugins.otp_totp",
    ],
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": os.environ["PEER_DATABASE"],
            "USER": os.environ["PEER_USER"],
            "HOST": os.environ["PEER_SOCKET"],
            "CONN_MAX_AGE": None,
        }
    },
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    USE_TZ=True,
)
django.setup()

from django.contrib.auth.models import User  # noqa: E402  models are there once Django is set up
from django_otp.plugins.otp_totp.models import TOTPDevice  # noqa: E402  likewise


def verify(request: HttpRequest) -> JsonResponse:
    """Judge a code, with the device's row held: without that it would accept one code several times."""
    asked = json.loads(request.body)
    with transaction.atomic():
        device = TOTPDevice.objects.select_for_update().get(user__username=asked["user"])
        return JsonResponse({"accepted": device.verify_token(asked["code"])})


urlpatterns = [path("verify", verify)]
application = get_wsgi_application()


def main(count: int) -> None:
    call_command("migrate", verbosity=0)
    users = User.objects.bulk_create(User(username=f"U{n:08}", password="!") for n in range(1, count + 1))
    TOTPDevice.objects.bulk_create(TOTPDevice(user=user, name="phone", key=SECRET) for user in users)


if __name__ == "__main__":
    main(int(sys.argv[1]))
