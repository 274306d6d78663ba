"""Where every step of a run stands, and which may start next."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Collection, Iterator, Mapping

from sweepwright.run.graph import Decided, Graph, Standing, StepState, decide


class Board:
    """The steps that were chosen, those of them that are ready, and how all stand.

    Steps that were not chosen stand as ``known`` says, or are waiting for another run.
    """

    def __init__(
        self, net: Graph, chosen: Collection[str], known: Mapping[str, Standing], decided: Decided
    ) -> None:
        self.standings = dict.fromkeys(net.steps, Standing(StepState.WAITING)) | dict(known)
        self._net = net
        self._decided = decided
        self._chosen = chosen
        self._open = {
            step_id: sum(other in chosen for other in net.after[step_id]) for step_id in chosen
        }
        self._ready: list[int] = []
        self._ids = list(net.steps)
        self._sharing = 0

    def begin(self) -> Iterator[tuple[str, Standing]]:
        """Makes ready what waits for nothing; gives the steps that are skipped or blocked."""
        first = [step_id for step_id in self._ids if self._open.get(step_id) == 0]
        yield from self._settle(deque(first))

    def end(self, step_id: str, standing: Standing) -> Iterator[tuple[str, Standing]]:
        """Notes how a step ended; gives the steps that are skipped or blocked thereby."""
        self.standings[step_id] = standing
        yield from self._settle(deque(self._released(step_id)))

    def _settle(self, todo: deque[str]) -> Iterator[tuple[str, Standing]]:
        while todo:
            step_id = todo.popleft()
            step = self._net.steps[step_id]
            standing = decide(step, self.standings, self._decided)
            if standing is None:
                heapq.heappush(self._ready, self._net.position[step_id])
                self._sharing += step.threads == "share"
                continue
            self.standings[step_id] = standing
            yield step_id, standing
            todo.extend(self._released(step_id))

    def _released(self, step_id: str) -> Iterator[str]:
        for follower in self._net.followers[step_id]:
            if follower in self._chosen:
                self._open[follower] -= 1
                if self._open[follower] == 0:
                    yield follower

    def start(self, free: int) -> Iterator[tuple[str, int]]:
        """Steps to start with their threads, in the order of the plan, as long as some are free.

        A step that shares takes its part of the free threads: all of them divided by the number of
        ready steps that share.
        """
        while free > 0 and self._ready:
            step_id = self._ids[heapq.heappop(self._ready)]
            shares = self._net.steps[step_id].threads == "share"
            threads = max(1, free // self._sharing) if shares else 1
            self._sharing -= shares
            free -= threads
            self.standings[step_id] = Standing(StepState.RUNNING)
            yield step_id, threads

    def give_up(self) -> tuple[str, ...]:
        """Makes the steps that run wait for another run, and names them."""
        lost = tuple(i for i, item in self.standings.items() if item.state is StepState.RUNNING)
        self.standings.update(dict.fromkeys(lost, Standing(StepState.WAITING, "interrupted")))
        return lost

    def counts(self) -> dict[str, int]:
        """Numbers of the chosen steps by state."""
        states = [self.standings[step_id].state.value for step_id in self._chosen]
        return {state: states.count(state) for state in sorted(set(states))}
