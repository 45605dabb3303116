"""What Payroll, the sample application, looks like: functions from values to HTML."""

from html import escape
from string import Template
from typing import Final

_FRAME: Final = Template("""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Payroll</title>
<style>
:root { color-scheme: light dark; font: 17px/1.5 system-ui, sans-serif; background: light-dark(#e8eef0, #12181b); }
main { max-width: 24rem; margin: 9vh auto; padding: 2rem; border-radius: 1rem; background: light-dark(#fff, #1d262b); }
h1 { margin: 0; }
small, .try { color: light-dark(#53606a, #a5b3bd); }
label { display: block; font-weight: 600; margin-top: 1rem; }
input, button { font: inherit; display: block; width: 100%; box-sizing: border-box; padding: .55rem .75rem;
  border: 1px solid #7b8891; border-radius: .5rem; }
button { margin-top: 1rem; font-weight: 600; cursor: pointer; color: #fff; background: #1f5f7a; border-color: #1f5f7a; }
form + form button { color: inherit; background: none; border-color: #7b8891; }
:focus-visible { outline: 3px solid #3b82f6; outline-offset: 2px; }
.told { border-left: 4px solid #d97706; padding-left: .75rem; font-weight: 600; }
</style>
<main>
<h1>Payroll</h1>
<small>A sample application of the sandbox</small>
$told
$form
</main>
</html>
""")
_SIGN_IN: Final = Template("""<form method="post" action="/sign-in">
<label for="username">Username</label>
<input id="username" name="username" autocomplete="username" autocapitalize="none" required autofocus>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<button>Sign in</button>
</form>
<p class="try">To try: $hint</p>""")
_CODE: Final = """<form method="post" action="/code">
<label for="code">Verification code</label>
<input id="code" name="code" autocomplete="one-time-code" maxlength="64" required autofocus>
<p class="try">Six digits from your authenticator app, or a recovery code.</p>
<button>Verify</button>
</form>
<form method="post" action="/sign-out"><button>Cancel</button></form>"""
_INSIDE: Final = Template("""<h2>Welcome, $username</h2>
<p>You signed in with $means.</p>
<p>Paid on the 28th: <b>3,210.00</b></p>
<form method="post" action="/sign-out"><button>Sign out</button></form>""")


def sign_in(hint: str, told: str) -> str:
    """Return the page that asks for username and password; *told* is a sentence above it, or empty."""
    return _page(_SIGN_IN.substitute(hint=escape(hint)), told)


def code(told: str) -> str:
    """Return the page that asks for a code."""
    return _page(_CODE, told)


def inside(username: str, means: str) -> str:
    """Return the page of somebody signed in with *means*."""
    return _page(_INSIDE.substitute(username=escape(username), means=escape(means)), "")


def _page(form: str, told: str) -> str:
    sentence = f'<p class="told" role="alert">{escape(told)}</p>' if told else ""
    return _FRAME.substitute(told=sentence, form=form)
