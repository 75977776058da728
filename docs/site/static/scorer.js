// In which order the search lists what it found: guides before reference, and what is written for developers last.
// The numbers are Sphinx's own (searchtools.js), which asks for all of them where there is a scorer.
var Scorer = {
  score: ([docname, , , , score]) => {
    if (/^docs\/(questions|start)/.test(docname)) return score + 4;
    if (/^docs\/decisions\/|^(CHANGELOG|ARCHITECTURE|CONTRIBUTING|SECURITY)$|^docs\/(doctor-bench|blame-bench|real-tables)$/.test(docname)) {
      return score - 12;
    }
    return /^docs\/api\//.test(docname) ? score : score + 2;
  },
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
