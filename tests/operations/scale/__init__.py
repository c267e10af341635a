"""The operations at scale: 200,000 rows and 100,000 objects made for it, real commands, their time and memory."""
