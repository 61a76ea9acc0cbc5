// What the page shows first: a query, and candidates as a first stage might have found them, with its scores.

export const EXAMPLE = {
  query: "how do I undo the last git commit",
  candidates: [
    { id: "log", score: 12.9, text: "git log lists the commits of the current branch, newest first." },
    { id: "stash", score: 12.1, text: "git stash puts uncommitted changes aside, to be taken up again later." },
    {
      id: "festival",
      score: 11.7,
      text: "The last commit of the river festival's organisers was to plant a tree for each visitor.",
    },
    {
      id: "guide",
      score: 10.2,
      text:
        "A branch is a name for a commit, and HEAD says where you are. Sooner or later everybody commits too early. " +
        "To take the last commit back, run git reset --soft HEAD~1, which keeps its changes staged. " +
        "If others have your commit already, talk to them first.",
    },
    { id: "commit", score: 9.8, text: "git commit records the staged changes with a message." },
    { id: "revert", score: 9.1, text: "git revert makes a new commit that undoes the changes of an earlier one." },
    { id: "lid", score: 7.4, text: "Undo the lid, then fill the tank up to the last mark." },
    { id: "banana", score: 3.1, text: "The banana is botanically a berry." },
  ],
};
