"""Right, if odd: asyncio, with one thread, and a task for each client.

It is odd in that asyncio reads ahead, up to a limit, while a client does not
read its answers.
"""

import asyncio
import contextlib
import socket
import sys


async def main():
    host, port = sys.argv[1].rsplit(":", 1)
    clients = {}

    async def serve(reader, writer):
        clients[writer] = asyncio.current_task()
        try:
            while (line := await reader.readline()).endswith(b"\n"):
                writer.write(line.upper())
                await writer.drain()
            writer.close()
            await writer.wait_closed()
        except OSError:
            pass
        finally:
            writer.close()
            del clients[writer]

    server = await asyncio.start_server(serve, host, int(port))
    print("listening on %s:%d" % server.sockets[0].getsockname(), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()
    for writer in clients:
        # What has come is still read; then comes an end. One that has ended
        # already has no socket any more.
        with contextlib.suppress(OSError):
            writer.get_extra_info("socket")._sock.shutdown(socket.SHUT_RD)
    await asyncio.gather(*clients.values())


asyncio.run(main())
