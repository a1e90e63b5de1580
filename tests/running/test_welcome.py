import json

from alliance.running.welcome import welcome

LOGINS = [
    {"email": "nationale@demo.invalid", "role": "La Poste, équipe nationale", "totp_secret": "JBSWY3DP"},
    {"email": "signataire@demo.invalid", "role": "représentante"},
]


def test_the_demonstration_prints_its_address_and_its_logins(tmp_path):
    (tmp_path / "demo.json").write_text(json.dumps({"logins": LOGINS}), "utf-8")
    assert welcome("http://localhost:8123", tmp_path, demo=True).split("\n") == [
        "",
        "  The portal answers at http://localhost:8123/",
        f"  State folder: {tmp_path}",
        "",
        "  Demonstration logins (the code arrives at http://localhost:8123/courriels/):",
        "    nationale@demo.invalid         La Poste, équipe nationale  TOTP JBSWY3DP",
        "    signataire@demo.invalid        représentante",
        "",
    ]


def test_without_demonstration_no_login_is_printed(tmp_path):
    (tmp_path / "demo.json").write_text(json.dumps({"logins": LOGINS}), "utf-8")
    assert "demo.invalid" not in welcome("http://localhost:8123", tmp_path, demo=False)
