"""Wrong on purpose: it believes that a letter is a byte."""

import asyncio
import re
import signal
import sys

LONGEST = 1024
KEPT = 1 << 20
NAME_WITHIN = 4
HARMFUL = re.compile("[\0-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

room = {}
everybody = set()


def all_but(name, line):
    for other, writer in list(room.items()):
        if other != name and not writer.is_closing():
            writer.write((line + "\n").encode())
            # What the kernel does not take at once, asyncio keeps.
            if writer.transport.get_write_buffer_size() > KEPT:
                writer.transport.abort()


async def next_line(reader):
    """The next line as harmless text, or None at the end."""
    line = await reader.readline()
    if not line:
        return None
    text = line.decode("utf-8", "replace").removesuffix("\n").removesuffix("\r")
    if len(text) > LONGEST:
        raise ValueError
    return HARMFUL.sub("?", text)


async def enter(reader, writer):
    """The name of the client, or None if it has left before."""
    writer.write("* Who are you? 1 to 16 letters and digits\n".encode())
    while (name := await next_line(reader)) is not None:
        if not re.fullmatch("[A-Za-z0-9]{1,16}", name):
            writer.write(b"* 1 to 16 letters and digits, please\n")
        elif name in room:
            writer.write(b"* There is one of this name\n")
        else:
            return name


async def chat(reader, writer):
    everybody.add(writer)
    name = None
    try:
        name = await asyncio.wait_for(enter(reader, writer), NAME_WITHIN)
        if name is None:
            return
        names = ", ".join(room)
        writer.write(f"* The room contains: {names}\n".encode())
        room[name] = writer
        all_but(name, f"* {name} has entered the room")
        while (line := await next_line(reader)) is not None:
            all_but(name, f"[{name}] {line}")
    except ValueError:
        writer.write(b"* Your line is too long\n")
    except (asyncio.TimeoutError, OSError):
        pass
    finally:
        everybody.discard(writer)
        if room.pop(name, None):
            all_but(name, f"* {name} has left the room")
        writer.close()


async def main():
    host, port = sys.argv[1].rsplit(":", 1)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    server = await asyncio.start_server(chat, host, int(port), limit=4 * LONGEST)
    host, port = server.sockets[0].getsockname()
    print(f"listening on {host}:{port}", flush=True)
    await stop.wait()
    server.close()
    for writer in everybody:
        writer.write(b"* The server is closing\n")
        writer.close()
    # Closing sends what is left first; who does not take it is not waited for.
    ends = [asyncio.ensure_future(one.wait_closed()) for one in everybody]
    if ends:
        await asyncio.wait(ends, timeout=2)


asyncio.run(main())
