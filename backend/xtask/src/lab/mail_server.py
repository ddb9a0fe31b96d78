"""An SMTP server that delivers into a Maildir; with a file named `refuse` beside it, it answers
550 to every recipient. Prints its port once it listens."""

import asyncio
import os
import sys

from aiosmtpd.handlers import Mailbox
from aiosmtpd.smtp import SMTP

folder, port = sys.argv[1], int(sys.argv[2])


class Handler(Mailbox):
    async def handle_RCPT(self, server, session, envelope, address, options):
        if os.path.exists(os.path.join(folder, "refuse")):
            return "550 5.1.1 no such mailbox here"
        envelope.rcpt_tos.append(address)
        return "250 OK"


async def main():
    handler = Handler(os.path.join(folder, "maildir"))
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(handler, enable_SMTPUTF8=True, hostname="mail.test"), "127.0.0.1", port
    )
    print("port", server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
