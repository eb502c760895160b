"""A worker whose reader of .html hangs, eats memory or dies where the file says so."""

from __future__ import annotations

import os
import sys
import time

from qa.reading import html, worker

read = html.read


def unruly(content):
    data = content.file.read()
    content.file.seek(0)
    if b"HANG" in data:
        time.sleep(60)
    if b"SPIN" in data:
        while True:
            pass
    if b"EAT" in data:
        hoard = []
        while True:
            hoard.append(bytearray(16 * 1024 * 1024))
    if b"DIE" in data:
        os.kill(os.getpid(), 11)
    if b"PRINT" in data:
        print("words among the answers", flush=True)
    if b"LEAVE" in data:
        sys.stdout.flush()
        os._exit(3)
    yield from read(content)


html.read = unruly
worker.IDLE_S = 0.5
worker.main()
