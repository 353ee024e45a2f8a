"""KV blocks as vLLM keeps them: one pool, a free list that is also the prefix cache, one table a
request and group of layers.

A block is a number. Free blocks are taken from the head of the list, which drops what they cached;
freed ones return to its tail, a request's last block first, so that the ends of prompts are evicted
before their beginnings. A cached block may be free at once: a hit takes it out of the list. Layers
with a window are groups of their own in the same pool: their tables hold NO_BLOCK behind the
window, and a hit needs only the last window of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import NamedTuple

NO_BLOCK = 0
"""vLLM's null block: never free, never cached."""


class Hit(NamedTuple):
    """Blocks of each group that a prompt finds in the cache, and how many tokens they hold."""

    tables: list[list[int]]
    tokens: int


class BlockPool:
    """`blocks` are all blocks with the null block, as vLLM counts them."""

    def __init__(
        self,
        blocks: int,
        *,
        groups: int = 1,
        uncached_first: bool = True,
    ) -> None:
        """`uncached_first`: freed blocks without content are taken again first (newer vLLM)."""
        self.usable = blocks - 1
        self._uncached_first = uncached_first
        self.free = blocks - 1
        self._blank = [*range(blocks - 1, 0, -1)]
        """Free blocks that are taken before all others, from the end."""
        self._queue: list[int] = []
        """The other free blocks, and entries of blocks that a hit took out since: searching for
        them would be slow, so they are passed over when their turn comes.
        """
        self._taken = 0
        """How many entries of the queue are taken: its first ones."""
        self._gone: dict[int, int] = {}
        """How many entries of a block are to be passed over: its first ones."""
        self._in_use = bytearray(blocks)
        self._in_use[NO_BLOCK] = True
        self._more_users: dict[int, int] = {}
        """By block that is shared: how many use it besides the first one."""
        self._key: list[int | None] = [None] * blocks
        """What a block caches: a number for a content and a group of layers."""
        self._groups = groups
        self._cached: dict[int, int] = {}
        self._copies: dict[int, list[int]] = {}
        """Further blocks of one content: equal blocks are not merged."""

    @property
    def used(self) -> int:
        """Blocks in use by a request; those that are only cached do not count."""
        return self.usable - self.free

    def find(self, key: int, group: int) -> int:
        """The block that caches this content, or NO_BLOCK."""
        return self._cached.get(key * self._groups + group, NO_BLOCK)

    def take(self, count: int) -> list[int]:
        """From the head of the free list; the caller has made sure that there are so many."""
        self.free -= count
        taken = self._taken_blank(count)
        if len(taken) < count:
            taken += self._dropped(count - len(taken))
        in_use = self._in_use
        for block in taken:
            in_use[block] = True
        return taken

    def _taken_blank(self, count: int) -> list[int]:
        first = max(0, len(self._blank) - count)
        taken = self._blank[first:]
        del self._blank[first:]
        taken.reverse()
        return taken

    def _dropped(self, count: int) -> list[int]:
        """Blocks from the queue, which cache nothing any more."""
        taken = self._next(count)
        if self._gone and not self._gone.keys().isdisjoint(taken):
            taken = self._instead_of_gone(taken)
        key_of, cached, copies = self._key, self._cached, self._copies
        for block in taken:
            key = key_of[block]
            if key is not None:
                key_of[block] = None
                if copies:
                    self._forget(block, key)
                else:
                    del cached[key]
        return taken

    def _next(self, count: int) -> list[int]:
        """Entries from the head of the queue."""
        first = self._taken
        self._taken = end = first + count
        return self._queue[first:end]

    def _instead_of_gone(self, entries: list[int]) -> list[int]:
        """As many blocks from the head of the queue, of which these entries were taken."""
        taken: list[int] = []
        count = len(entries)
        while entries:
            taken += [
                each for each in entries if not _took_one(self._gone, each)
            ]
            entries = self._next(count - len(taken))
        return taken

    def evictable(self, blocks: Iterable[int]) -> int:
        """How many of these are in the free list: a hit on them takes them out of it."""
        in_use = self._in_use
        return sum(not in_use[block] for block in blocks)

    def touch(self, blocks: Iterable[int]) -> None:
        """One more request uses these cached blocks."""
        in_use, gone, more = self._in_use, self._gone, self._more_users
        for block in blocks:
            if block == NO_BLOCK:
                continue
            if in_use[block]:
                more[block] = more.get(block, 0) + 1
            else:
                gone[block] = gone.get(block, 0) + 1
                self.free -= 1
                in_use[block] = True

    def cache(
        self, blocks: Sequence[int], keys: Sequence[int], group: int
    ) -> None:
        """From now on each block, which has cached nothing, is found under its key. Each content
        follows the one before it.
        """
        groups = self._groups
        if groups == 1 and self.are_new(keys[:1]):
            key_of = self._key
            self._cached.update(zip(keys, blocks, strict=True))
            for block, key in zip(blocks, keys, strict=True):
                key_of[block] = key
            return
        for block, content in zip(blocks, keys, strict=True):
            if block != NO_BLOCK:
                self.cache_one(block, content * groups + group)

    def cache_one(self, block: int, key: int) -> None:
        """The same for one block; the key is that of its group of layers."""
        self._key[block] = key
        if self._cached.setdefault(key, block) != block:
            self._copies.setdefault(key, []).append(block)

    def are_new(self, keys: Sequence[int]) -> bool:
        """Whether no block caches any of these contents, which all differ. Of contents that follow
        one another the first is enough: a block is dropped before the ones that it follows.
        """
        known = {*keys}
        return len(known) == len(keys) and self._cached.keys().isdisjoint(known)

    def give_back(self, blocks: Iterable[int]) -> None:
        """In the order in which they are to be taken again."""
        back, keys = self._left(blocks), self._key
        self.free += len(back)
        if self._uncached_first:
            # the last blocks of a table, so the first of these: those before are full
            blank = [*takewhile(lambda block: keys[block] is None, back)]
            self._blank += reversed(blank)
            del back[: len(blank)]
        self._queue += back
        if len(self._queue) > 2 * len(self._key):
            self._tidy()

    def _left(self, blocks: Iterable[int]) -> list[int]:
        """Of these blocks, each of which has one user less, those that nobody uses."""
        in_use, more = self._in_use, self._more_users
        back = [*blocks]
        if self._groups > 1:
            back = [block for block in back if block != NO_BLOCK]
        if more:
            back = [block for block in back if not _took_one(more, block)]
        for block in back:
            in_use[block] = False
        return back

    def _tidy(self) -> None:
        """Drop what was taken, and what is to be passed over: prefixes in constant use leave an
        entry each time.
        """
        kept = self._queue[self._taken :]
        if self._gone:
            kept = [block for block in kept if not _took_one(self._gone, block)]
        self._queue, self._taken = kept, 0

    def _forget(self, block: int, key: int) -> None:
        """It is found no more under the key; another block with the same content may be."""
        cached, copies = self._cached, self._copies.get(key)
        if copies is None:
            del cached[key]
            return
        if cached[key] == block:
            cached[key] = copies.pop(0)
        else:
            copies.remove(block)
        if not copies:
            del self._copies[key]


class KVMemory:
    """The tables of all requests in one pool. `windows`: one entry a group of layers, None if they
    attend to all tokens, else the window in tokens.
    """

    def __init__(
        self,
        blocks: int,
        *,
        block_size: int = 16,
        windows: Sequence[int | None] = (None,),
        caching: bool = True,
        uncached_first: bool = True,
    ) -> None:
        self.pool = BlockPool(
            blocks, groups=len(windows), uncached_first=uncached_first
        )
        self.block_size = block_size
        self.windows = tuple(windows)
        self.caching = caching

    @property
    def usage(self) -> float:
        """Share of the pool that requests use, 0 to 1."""
        return self.pool.used / self.pool.usable if self.pool.usable else 0.0

    def new_tables(self) -> list[list[int]]:
        """Of a request that holds nothing."""
        return [[] for _ in self.windows]

    def hit(self, keys: Sequence[int], tokens: int) -> Hit:
        """What is cached of a prompt with these block keys; at most `tokens` are looked for."""
        none = Hit(self.new_tables(), 0)
        if not self.caching:
            return none
        most = min(len(keys), tokens // self.block_size)
        tables = self.new_tables()
        while True:
            # each group may shorten what the others found; lengths only fall, so this ends
            before = most
            for group, window in enumerate(self.windows):
                tables[group] = (
                    self._full_hit(keys, most, group)
                    if window is None
                    else self._window_hit(keys, most, group, window)
                )
                most = len(tables[group])
            if most == before or len(self.windows) == 1:
                break
        if not most:
            return none
        return Hit([table[:most] for table in tables], most * self.block_size)

    def _full_hit(
        self, keys: Sequence[int], most: int, group: int
    ) -> list[int]:
        found = []
        for place in range(most):
            block = self.pool.find(keys[place], group)
            if not block:
                break
            found.append(block)
        return found

    def _window_hit(
        self, keys: Sequence[int], most: int, group: int, window: int
    ) -> list[int]:
        """The longest prefix whose last window is cached; NO_BLOCK stands before it."""
        needed = -(-(window - 1) // self.block_size)
        found, row = [NO_BLOCK] * most, 0
        for place in range(most - 1, -1, -1):
            block = self.pool.find(keys[place], group)
            found[place] = block
            row = row + 1 if block else 0
            if row >= needed:
                return found[: place + row]
        return found[:row]

    def blocks_for(self, tokens: int) -> int:
        return -(-tokens // self.block_size)

    def needed(
        self, tables: Sequence[list[int]], tokens: int, hit: Hit | None
    ) -> int:
        """Blocks to take from the free list so that `tokens` have a place, those of a hit too."""
        blocks = -(-tokens // self.block_size)
        if hit is None or not hit.tokens:
            needed = 0
            for table in tables:
                needed += max(0, blocks - len(table))
            return needed
        total = 0
        for group, found in enumerate(hit.tables):
            skipped = self._skipped(hit.tokens, group)
            total += max(0, blocks - max(skipped, len(found)))
            total += self.pool.evictable(found[skipped:])
        return total

    def needed_at_most(self, tokens: int, hit: Hit, ahead: int) -> int:
        """Blocks for a whole prompt of so many tokens. A windowed group never holds more than its
        window and what one step may add (`ahead`).
        """
        total = 0
        blocks = self.blocks_for(tokens)
        for group, window in enumerate(self.windows):
            held = blocks
            if window is not None:
                held = min(held, self.blocks_for(window - 1 + ahead) + 1)
            found = hit.tables[group]
            skipped = self._skipped(hit.tokens, group)
            total += max(0, held - max(skipped, len(found)))
            total += self.pool.evictable(found[skipped:])
        return total

    def adopt(self, tables: Sequence[list[int]], hit: Hit) -> None:
        """Use the blocks of a hit."""
        for group, found in enumerate(hit.tables):
            skipped = min(self._skipped(hit.tokens, group), len(found))
            self.pool.touch(found[skipped:])
            tables[group].extend([NO_BLOCK] * skipped + found[skipped:])

    def extend(self, tables: Sequence[list[int]], tokens: int) -> int:
        """Make place for `tokens`; for how many there is place now."""
        blocks = -(-tokens // self.block_size)
        for table in tables:
            if blocks > len(table):
                table.extend(self.pool.take(blocks - len(table)))
        return len(tables[0]) * self.block_size

    def extend_each(self, tables: Sequence[list[int]]) -> None:
        """One more block for each, where all layers attend to everything."""
        blocks = self.pool.take(len(tables))
        for table, block in zip(tables, blocks, strict=True):
            table.append(block)

    def cache(
        self, tables: Sequence[list[int]], keys: Sequence[int], start: int
    ) -> None:
        """The blocks `start` and following, as many as there are keys, are full."""
        if not self.caching:
            return
        end = len(keys)
        for group, table in enumerate(tables):
            self.pool.cache(table[start:end], keys[start:], group)

    def leave_behind(self, tables: Sequence[list[int]], computed: int) -> None:
        """Give back what lies behind the windows."""
        for group, window in enumerate(self.windows):
            if window is None:
                continue
            table = tables[group]
            freed = []
            for place in range(
                min(self._skipped(computed, group), len(table)) - 1, -1, -1
            ):
                if table[place] == NO_BLOCK:
                    break
                freed.append(table[place])
                table[place] = NO_BLOCK
            if freed:
                self.pool.give_back(freed)

    def release(self, tables: Sequence[list[int]]) -> None:
        """Give back all blocks of a request, its last first."""
        for table in tables:
            self.pool.give_back(reversed(table))
            table.clear()

    def _skipped(self, computed: int, group: int) -> int:
        """Blocks at the beginning that no later token of the group attends to."""
        window = self.windows[group]
        if window is None:
            return 0
        return max(0, computed - window + 1) // self.block_size


def _took_one(counts: dict[int, int], block: int) -> bool:
    """Whether something was counted of the block: it is one less then."""
    count = counts.pop(block, 0)
    if count > 1:
        counts[block] = count - 1
    return count > 0
