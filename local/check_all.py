"""Every proof about a stack after a stream, from what the stack holds and what was sent."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from local.clients import Clients
from local.findings import (
    Findings,
    endpoint_scores,
    gather,
    replayed_histories,
    stored_histories,
)
from local.places import written_places
from local.proofs import (
    Account,
    Proof,
    account_for,
    accounting,
    alerts_are_decided,
    archive_is_faithful,
    decisions_are_archived,
    histories_equal_replay,
    is_nowhere,
    scores_are_reproducible,
)
from local.strays import CARD_NUMBER
from local.stream_plan import Kind, Record


def check_all(
    client: Clients,
    outputs: Mapping[str, str],
    *,
    receipts: Mapping[str, Record],
    alerts: Mapping[str, Mapping[str, Any]],
    say: Callable[[str], None],
) -> tuple[Account, Findings, list[Proof]]:
    """Prove what must hold of a stack that was empty before the stream.

    Parameters
    ----------
    receipts
        Every record sent, by the shard and sequence number the stream gave it.
    alerts
        Each alert as it was received, by transaction id.
    say
        Is told what is being checked.
    """
    say("what the tables and buckets hold")
    found = gather(client, outputs)
    table = {name: item["decision"] for name, item in found.table.items()}
    archived = {name: line["decision"]["decision"] for name, line in found.archived.items()}
    flagged = {name: alert["decision"]["decision"] for name, alert in alerts.items()}
    account = account_for(
        {source: (r.transaction_id, r.data) for source, r in receipts.items() if r.kind is not Kind.LABEL},
        decided_from=found.decided_from,
        quarantined=found.quarantined.keys(),
    )
    proofs = [
        accounting(account),
        decisions_are_archived(table, archived),
        alerts_are_decided(flagged, table=table, archived=archived),
        archive_is_faithful(
            {name: receipts[source].data for name, source in found.decided_from.items() if source in receipts},
            {name: line["transaction"] for name, line in found.archived.items()},
        ),
    ]
    say("every score, asked of the endpoint again")
    proofs.append(scores_are_reproducible(found.features, found.scores, partial(endpoint_scores, client, outputs)))
    say("every history, replayed from the raw history and the archive")
    proofs.append(histories_equal_replay(stored_histories(client, outputs), replayed_histories(client, outputs)))
    say("that the refused card number is nowhere")
    proofs.append(is_nowhere(CARD_NUMBER, written_places(client, outputs, alerts.values())))
    return account, found, proofs
