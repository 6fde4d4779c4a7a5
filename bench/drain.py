"""P6: the drain against the model alone, and against one RQ job for each row, in CPU time of the worker's process."""

from __future__ import annotations

import resource
import statistics
import time

import sqlalchemy as sa
from redis import Redis
from rq import Queue, SimpleWorker, Worker
from rq.serializers import JSONSerializer
from rq.worker import BaseWorker

from bench.report import Row
from bench.stage import Stage
from feedback_app import clock, jobs
from feedback_app.analysis.models import Labels
from feedback_app.db import db
from feedback_app.drain.run import drain_batch
from feedback_app.intake.models import Submission
from feedback_app.intake.rules import TEXT_MIN, Channel, SubmissionKind
from feedback_app.nlp.learning.corpus import load_corpus

ROWS = 3_000
SINGLE_ROWS = 100
BATCH = 500


def run(stage: Stage, *, runs: int) -> list[Row]:
    """Measure each way in turn, `runs` times; return the medians of rows a CPU second."""
    texts = [example.text for example in load_corpus() if len(example.text) >= TEXT_MIN][:ROWS]
    with stage.app.app_context():
        jobs.classifier().classify(texts[:BATCH])
        pure, drained, cases, single, forked = [], [], [], [], []
        for _ in range(runs):
            pure.append(_pure(texts))
            drained.append(_drained(stage, texts, SubmissionKind.RATING))
            cases.append(_drained(stage, texts, SubmissionKind.COMPLAINT))
            single.append(_one_job_each(stage, texts[:SINGLE_ROWS], SimpleWorker))
            forked.append(_one_job_each(stage, texts[:SINGLE_ROWS], Worker))
    median = statistics.median
    return [
        Row(
            "P6",
            "drain of ratings with text against pure predict",
            median(drained),
            median(pure),
            "rows/CPU s",
            0.35,
            at_least=True,
        ),
        Row(
            "P6",
            "the same where every row opens a case",
            median(cases),
            median(pure),
            "rows/CPU s",
            None,
            at_least=True,
        ),
        Row(
            "P6",
            "drain against one job a row, RQ's usual Worker",
            median(drained),
            median(forked),
            "rows/CPU s",
            50,
            at_least=True,
        ),
        Row(
            "P6",
            "drain against one job a row, SimpleWorker",
            median(drained),
            median(single),
            "rows/CPU s",
            None,
            at_least=True,
        ),
    ]


def _pure(texts: list[str]) -> float:
    started = time.process_time()
    for first in range(0, len(texts), BATCH):
        jobs.classifier().classify(texts[first : first + BATCH])
    return len(texts) / (time.process_time() - started)


def _fill(stage: Stage, texts: list[str], kind: SubmissionKind) -> None:
    now = clock.utcnow()
    row = {
        "agency_id": stage.agency_id, "unit_id": stage.unit_id, "kind": kind, "rating": 2,
        "channel": Channel.OPEN, "occurred_on": now.date(), "received_at": now,
    }  # fmt: skip
    db.session.execute(sa.update(Submission).where(Submission.analysis == "pending").values(analysis="done"))
    db.session.execute(sa.insert(Submission), [{**row, "text": text} for text in texts])
    db.session.commit()


def _drained(stage: Stage, texts: list[str], kind: SubmissionKind) -> float:
    _fill(stage, texts, kind)
    started = time.process_time()
    done = jobs.drain(seconds=120)
    spent = time.process_time() - started
    if done != len(texts):
        raise RuntimeError(f"read {done} of {len(texts)}")
    return done / spent


def read_one() -> None:
    """Read one submission, as a job for each row would: claim, label, count, commit."""
    drain_batch(db.session(), jobs.classifier(), limit=1, now=clock.utcnow())
    db.session.commit()


def _cpu_with_children() -> float:
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def _one_job_each(stage: Stage, texts: list[str], kind: type[BaseWorker]) -> float:
    _fill(stage, texts, SubmissionKind.RATING)
    with Redis.from_url(str(stage.settings.redis_url)) as redis:
        queue = Queue("bench-single", connection=redis, serializer=JSONSerializer)
        # The usual worker forks for each job; its children must not share our connection to the database.
        db.session.remove()
        db.engine.dispose()
        started = _cpu_with_children()
        for _ in texts:
            queue.enqueue(read_one, result_ttl=0)
        kind([queue], connection=redis, serializer=JSONSerializer).work(burst=True, logging_level="ERROR")
        spent = _cpu_with_children() - started
    left = db.session.scalar(sa.select(sa.func.count()).select_from(Submission).outerjoin(
        Labels, sa.and_(Labels.agency_id == Submission.agency_id, Labels.submission_id == Submission.id)
    ).where(Submission.analysis == "pending"))  # fmt: skip
    if left:
        raise RuntimeError(f"{left} rows were not read")
    return len(texts) / spent
