"""Compression at build time: `.br` and `.gz` beside each file that gains by it."""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import brotli

from pwa.paths import Workplace

GAINS = {".bin", ".css", ".frag", ".html", ".js", ".json", ".mjs", ".otf", ".so", ".svg", ".ttf", ".wasm"}
GAINS |= {".webmanifest", ".zip"}


def brotli_of(data: bytes) -> bytes:
    packed: bytes = brotli.compress(data, quality=11, lgwin=24)
    return packed


def gzip_of(data: bytes) -> bytes:
    return gzip.compress(data, 9, mtime=0)


METHODS = {".br": brotli_of, ".gz": gzip_of}


def _ensure(job: tuple[Path, Path, str]) -> None:
    source, kept, suffix = job
    if not kept.exists():
        part = kept.with_suffix(f".{os.getpid()}{suffix}")
        part.write_bytes(METHODS[suffix](source.read_bytes()))
        part.replace(kept)


def write(place: Workplace) -> None:
    """Compress the bundle. Results are kept by content, so a rebuild compresses only what changed."""
    place.compressed.mkdir(parents=True, exist_ok=True)
    jobs: list[tuple[Path, Path, str]] = []
    for file in sorted(place.out.rglob("*")):
        if file.is_file() and file.suffix in GAINS:
            digest = hashlib.sha256(file.read_bytes()).hexdigest()
            jobs += [(file, place.compressed / (digest + suffix), suffix) for suffix in METHODS]
    with ProcessPoolExecutor() as pool:
        list(pool.map(_ensure, sorted(jobs, key=lambda job: -job[0].stat().st_size)))
    for file, kept, suffix in jobs:
        if kept.stat().st_size < file.stat().st_size:
            shutil.copyfile(kept, file.with_name(file.name + suffix))
