"""Acts upon many rows of a list: chosen, looked at, done line by line, kept in history, taken back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from alliance.lib.changes import changes_of
from alliance.outbox.delivery import deliver_all_due
from alliance.portal.lists import batches
from partners.models import BulkAct, Organisation
from tests import builders
from tests.events.reading import text
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db
LIST = "/gestion/partners/organisation/"


@pytest.fixture
def axis():
    return builders.axis(1, label="Lieux partagés")


@pytest.fixture
def ateliers(axis):
    commune = builders.commune()
    rows = [builders.organisation(name=f"Atelier {n}", slug=f"atelier-{n}", commune=commune) for n in range(3)]
    rows[2].axes.add(axis)
    return rows


@pytest.fixture
def agent(ateliers):
    return builders.staff(regions=[ateliers[0].commune.region], full_name="Alix Agent")


def chosen(client, rows, action="add_axis", path=LIST, **more) -> str:
    answer = client.post(path, {"action": action, "_selected_action": [row.pk for row in rows], "index": 0} | more)
    assert answer.status_code == 302, answer
    return answer["Location"]


def lines() -> list[tuple[str, str, str]]:
    rows = BulkAct.objects.get().lines.all()
    return [(line.label, line.outcome, line.words) for line in rows]


def test_what_would_change_is_seen_first_then_done_then_taken_back(agent, ateliers, axis):
    client = signed_in(agent)
    address = chosen(client, ateliers)
    assert "Voir ce qui changerait" in client.get(address).content.decode()
    assert client.post(f"{address}apercu/", {"axis": axis.pk, "motive": "Bilan 2026"}).status_code == 302
    already = "Elle porte déjà l’axe « Lieux partagés »."
    assert lines() == [
        ("Atelier 0", "ready", "Axe d’action : 1. Lieux partagés"),
        ("Atelier 1", "ready", "Axe d’action : 1. Lieux partagés"),
        ("Atelier 2", "refused", already),
    ]
    assert [row.axes.count() for row in ateliers] == [0, 0, 1]
    assert "Ajouter un axe : 2\u00a0lignes" in client.get(address).content.decode()
    client.post(f"{address}executer/")
    assert [outcome for _, outcome, _ in lines()] == ["done", "done", "refused"]
    assert [row.axes.count() for row in ateliers] == [1, 1, 1]
    act, kept = BulkAct.objects.get(), changes_of(ateliers[0]).first()
    assert (kept.by_id, kept.why, kept.batch) == (agent.pk, "Bilan 2026", act.public_id)
    assert "Faites (2)" in text(client.get(address))
    Organisation.objects.filter(pk=ateliers[1].pk).update(summary="Modifiée depuis")
    assert client.post(f"{address}annuler/", {"motive": "Trop tôt"}).status_code == 302
    assert [row.axes.count() for row in ateliers] == [0, 1, 1]
    assert [outcome for _, outcome, _ in lines()] == ["undone", "kept", "refused"]


def test_what_changed_between_the_preview_and_the_act_is_refused(agent, ateliers):
    client = signed_in(agent)
    address = chosen(client, ateliers[:2], "hide")
    client.post(f"{address}apercu/", {"motive": "Vérification"})
    Organisation.objects.filter(pk=ateliers[0].pk).update(is_public=False)
    client.post(f"{address}executer/")
    assert lines()[0] == ("Atelier 0", "refused", "C’est déjà masqué.")
    assert lines()[1][1] == "done"


def test_a_network_that_moved_since_the_preview_is_not_overwritten(agent, ateliers):
    client = signed_in(agent)
    first, second = (builders.organisation(kind="network", name=f"Réseau {n}", slug=f"reseau-{n}") for n in range(2))
    address = chosen(client, ateliers[:2], "join")
    client.post(f"{address}apercu/", {"parent": first.pk, "motive": "Congrès"})
    Organisation.objects.filter(pk=ateliers[0].pk).update(parent=second)
    client.post(f"{address}executer/")
    ateliers[0].refresh_from_db()
    assert (ateliers[0].parent, [outcome for _, outcome, _ in lines()]) == (second, ["refused", "done"])


@pytest.mark.parametrize("values", [{}, {"motive": " "}, {"motive": "x" * 501}])
def test_without_motive_or_answer_nothing_is_looked_at(agent, ateliers, axis, values):
    client = signed_in(agent)
    address = chosen(client, ateliers)
    answer = client.post(f"{address}apercu/", {"axis": axis.pk} | values)
    assert (answer.status_code, BulkAct.objects.get().state) == (400, "chosen")
    answer = client.post(f"{address}apercu/", {"motive": "Bilan"})
    assert (answer.status_code, "Choisissez un axe." in text(answer)) == (400, True)


def test_the_perimeter_is_that_of_the_moment_of_the_act(agent, ateliers, axis):
    client = signed_in(agent)
    address = chosen(client, ateliers[:2])
    client.post(f"{address}apercu/", {"axis": axis.pk, "motive": "Bilan"})
    agent.perimeter.regions.set([builders.region("11", "Île-de-France", slug="idf")])
    client.post(f"{address}executer/")
    assert [outcome for _, outcome, _ in lines()] == ["refused", "refused"]
    assert [row.axes.count() for row in ateliers] == [0, 0, 1]


def test_rows_of_elsewhere_are_never_chosen(ateliers):
    away = signed_in(builders.staff(regions=[builders.region("11", "Île-de-France", slug="idf")]))
    answer = away.post(LIST, {"action": "hide", "_selected_action": [row.pk for row in ateliers]}, follow=True)
    assert "Aucune de ces lignes n’est dans votre périmètre." in text(answer)
    assert not BulkAct.objects.exists()


def test_all_rows_of_the_view_are_chosen_whatever_the_page_and_nothing_ticked(agent, ateliers):
    builders.organisation(name="Autre", commune=ateliers[0].commune)
    path = f"{LIST}?q=atelier"
    signed_in(agent).post(path, {"action": "hide", "select_across": "1", "index": 0})
    assert BulkAct.objects.get().lines.count() == 3


def test_beyond_its_bound_the_view_must_be_filtered(agent, ateliers, monkeypatch):
    monkeypatch.setattr(batches, "COUNTED", 2)
    answer = signed_in(agent).post(LIST, {"action": "hide", "select_across": "1", "index": 0}, follow=True)
    assert "affinez les filtres" in text(answer)  # code "too_many"
    assert not BulkAct.objects.exists()


def test_many_lines_are_the_worker_s_chunk_by_chunk_with_progress(agent, ateliers, monkeypatch):
    monkeypatch.setattr(batches, "HERE", 1)
    monkeypatch.setattr(batches, "CHUNK", 2)
    client = signed_in(agent)
    address = chosen(client, ateliers, "hide")
    client.post(f"{address}apercu/", {"motive": "Vérification"})
    assert "0 ligne sur 3" in text(client.get(address))
    assert deliver_all_due() == 1
    assert "2 lignes sur 3" in client.get(address, headers={"HX-Request": "true"}).content.decode()
    deliver_all_due()
    assert client.get(address, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    client.post(f"{address}executer/")
    deliver_all_due()
    stopped = client.post(f"{address}abandonner/", follow=True)
    assert "ce qui est fait le reste" in text(stopped)
    assert [outcome for _, outcome, _ in lines()] == ["done", "done", "refused"]
    assert deliver_all_due() == 1  # what was owed finds nothing to do
    assert BulkAct.objects.get().state == "done"


def test_a_batch_is_its_agent_s_alone_and_a_stranger_s_is_missing(agent, ateliers):
    address = chosen(signed_in(agent), ateliers, "hide")
    stranger, partner = signed_in(builders.staff(national=False)), signed_in(builders.user())
    for client in (stranger, partner):
        assert client.get(address).status_code == 404
        assert client.post(f"{address}apercu/", {"motive": "x"}).status_code == 404
    national = signed_in(builders.staff())
    assert (national.get(address).status_code, national.post(f"{address}executer/").status_code) == (200, 404)
    assert "Masquer de l’annuaire · Organisations" in text(national.get("/gestion/lots/"))
    assert "Aucune action groupée" in text(stranger.get("/gestion/lots/"))


def test_each_step_in_its_time(agent, ateliers):
    client = signed_in(agent)
    address = chosen(client, ateliers, "publish")
    assert client.post(f"{address}executer/").status_code == 409  # code "state"
    client.post(f"{address}apercu/", {"motive": "x"})
    assert client.post(f"{address}executer/").status_code == 409  # code "none": all are public
    assert client.post(f"{address}annuler/", {"motive": "x"}).status_code == 409
    assert client.post(f"{address}ailleurs/").status_code == 404
    assert client.post(f"{address}abandonner/").status_code == 302
    assert not BulkAct.objects.exists()


def test_what_is_told_by_mail_is_not_taken_back_at_once(agent, ateliers):
    rows = [builders.project(lead=ateliers[0], commune=ateliers[0].commune, moderation="submitted") for _ in range(2)]
    client = signed_in(agent)
    address = chosen(client, rows, "send_back", "/gestion/partners/project/")
    client.post(f"{address}apercu/", {"motive": "Précisez la commune."})
    told = "Modération : soumis → retourné ; Motif du retour : Précisez la commune."
    assert told in lines()[0][2]
    client.post(f"{address}executer/")
    rows[1].refresh_from_db()
    assert (rows[1].moderation, rows[1].return_motive) == ("returned", "Précisez la commune.")
    assert client.post(f"{address}annuler/", {"motive": "x"}).status_code == 409  # code "not_promised"


def test_after_thirty_days_a_batch_stays(agent, ateliers):
    client = signed_in(agent)
    address = chosen(client, ateliers[:2], "hide")
    client.post(f"{address}apercu/", {"motive": "x"})
    client.post(f"{address}executer/")
    assert client.post(f"{address}annuler/", {"motive": " "}).status_code == 400
    BulkAct.objects.update(done_at=timezone.now() - timedelta(days=31))
    late = client.post(f"{address}annuler/", {"motive": "x"})
    assert (late.status_code, "ce délai est passé" in text(late)) == (409, True)  # code "too_late"


def test_control_a_preview_that_is_kept_would_be_seen(agent, ateliers, monkeypatch):
    from alliance.portal.lists import doing

    monkeypatch.setattr(doing.transaction, "set_rollback", lambda rollback: None)
    client = signed_in(agent)
    address = chosen(client, ateliers[:2], "hide")
    client.post(f"{address}apercu/", {"motive": "x"})
    ateliers[0].refresh_from_db()
    assert ateliers[0].is_public is False
