"""The original design's stack: asyncio and aiohttp, set up as fairly as we know how. Protocol: see peer-loop.ts."""
import asyncio
import json
import resource
import sys
import time

import aiohttp

PATHS = ["/cooler?operation=coolerState", "/cooler?operation=minerInfo"]
MAX_IN_FLIGHT = 1000


async def poll(session, semaphore, url):
    async with semaphore:
        try:
            for path in PATHS:
                async with session.get(url + path) as response:
                    if json.loads(await response.read()).get("ok") is not True:
                        return False
            return True
        except (aiohttp.ClientError, asyncio.TimeoutError, ValueError):
            return False


def cpu_us():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return (usage.ru_utime + usage.ru_stime) * 1e6


async def run_segment(session, semaphore, sites, rounds, interval_ms):
    round_ms, snapshots, before = [], 0, cpu_us()
    for _ in range(rounds):
        started = time.perf_counter()
        results = await asyncio.gather(*(poll(session, semaphore, url) for url in sites))
        snapshots += sum(results)
        took = time.perf_counter() - started
        round_ms.append(took * 1000)
        await asyncio.sleep(max(0, interval_ms / 1000 - took))
    return {
        "roundMs": round_ms,
        "cpuUs": cpu_us() - before,
        "snapshots": snapshots,
        "failed": rounds * len(sites) - snapshots,
        "maxRssMb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


async def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        sites = json.load(file)
    connector = aiohttp.TCPConnector(limit=0, limit_per_host=1, keepalive_timeout=120)
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=3, sock_read=3)
    semaphore = asyncio.Semaphore(MAX_IN_FLIGHT)
    loop = asyncio.get_running_loop()
    async with aiohttp.ClientSession(connector=connector, timeout=timeout, auto_decompress=True) as session:
        print(json.dumps({"isReady": True}), flush=True)
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            order = json.loads(line)
            result = await run_segment(session, semaphore, sites, order["rounds"], order["intervalMs"])
            print(json.dumps(result), flush=True)


asyncio.run(main())
