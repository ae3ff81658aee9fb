"""A small assembler for seccomp's filters: classic BPF over one system call's number and arguments.

A filter reads `struct seccomp_data` (linux/seccomp.h): number, architecture, instruction pointer, six
arguments. Every function returns instructions; a filter is their concatenation. Each block ends by
returning a verdict, so that no jump is longer than its own block.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable

Instruction = tuple[int, int, int, int]  # code, jump if true, jump if false, operand

ALLOW = 0x7FFF0000
KILL_PROCESS = 0x80000000
_ERRNO = 0x00050000

_LOAD_WORD = 0x20
_JUMP_IF_EQUAL = 0x15
_JUMP_IF_GREATER = 0x25
_JUMP_IF_ANY_BIT = 0x45
_RETURN = 0x06

_NUMBER_OFFSET = 0
_ARCHITECTURE_OFFSET = 4
_ARGUMENTS_OFFSET = 16


def refuse(errno: int) -> int:
    """Return the verdict "this call fails with errno"."""
    return _ERRNO | errno


def give(verdict: int) -> list[Instruction]:
    """End the filter with a verdict."""
    return [(_RETURN, 0, 0, verdict)]


def demand_architecture(architecture: int) -> list[Instruction]:
    """Kill a process that calls by another architecture's numbers (i386 on x86-64)."""
    return [
        (_LOAD_WORD, 0, 0, _ARCHITECTURE_OFFSET),
        (_JUMP_IF_EQUAL, 1, 0, architecture),
        *give(KILL_PROCESS),
        (_LOAD_WORD, 0, 0, _NUMBER_OFFSET),
    ]


def on_call(number: int, block: list[Instruction]) -> list[Instruction]:
    """Run the block for one system call; it must end in a verdict."""
    return [(_JUMP_IF_EQUAL, 0, len(block), number), *block]


def on_calls_above(number: int, block: list[Instruction]) -> list[Instruction]:
    """Run the block for every system call with a higher number; it must end in a verdict."""
    return [(_JUMP_IF_GREATER, 0, len(block), number), *block]


def if_argument_among(index: int, values: Iterable[int], otherwise: int) -> list[Instruction]:
    """Allow the call when the argument's low 32 bits are one of the values."""
    compared = [part for value in values for part in ((_JUMP_IF_EQUAL, 0, 1, value), *give(ALLOW))]
    return [_load_argument(index), *compared, *give(otherwise)]


def if_argument_has(index: int, bits: int, otherwise: int) -> list[Instruction]:
    """Allow the call when the argument has any of the bits."""
    return [_load_argument(index), (_JUMP_IF_ANY_BIT, 0, 1, bits), *give(ALLOW), *give(otherwise)]


def if_argument_lacks(index: int, bits: int, otherwise: int) -> list[Instruction]:
    """Allow the call when the argument has none of the bits."""
    return [_load_argument(index), (_JUMP_IF_ANY_BIT, 1, 0, bits), *give(ALLOW), *give(otherwise)]


def assemble(program: list[Instruction]) -> bytes:
    """Return the program as the array of `struct sock_filter` that the kernel reads."""
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in program)


def _load_argument(index: int) -> Instruction:
    # The low half: both supported architectures are little-endian.
    return (_LOAD_WORD, 0, 0, _ARGUMENTS_OFFSET + 8 * index)
