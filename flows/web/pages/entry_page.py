"""placeholder"""


async def show_entry(desk, visitor, request): ...
