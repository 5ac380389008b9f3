// A shared library without the generator's entry points.
extern "C" int LedgerlineNotAGenerator() { return 1; }
