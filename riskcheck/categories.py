"""The one table of categories: what riskcheck looks for, why employers mind, and examples both ways.

Figures come from employer surveys, named in :data:`SOURCES`. A new category is one more entry here plus labels.
"""

from __future__ import annotations

from dataclasses import dataclass

SOURCES = {
    "careerbuilder": "CareerBuilder surveys of hiring managers, 2014, 2017 and 2018",
    "jobvite": "Jobvite survey of recruiters, 2014",
    "express": "Express Employment Professionals / Harris Poll, 2023",
    "cisco": "the 'Cisco fatty' case of 2009, the post that opened the field",
    "judgement": "riskcheck's annotation guideline; no survey figure is known",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """One kind of risk.

    Parameters
    ----------
    name : str
        Key in the model, the output and the profile.
    title : str
        A few words for people.
    core : bool
        True for the three categories that the project began with.
    work : bool
        True if a named employer, boss or client raises the severity by one.
    why : str
        Why employers mind, with a figure where one is known.
    source : str
        Key of :data:`SOURCES`.
    advice : str
        What to do instead, in one sentence.
    risky, safe : tuple of str
        Invented examples that must and must not be found; tests run over them.
    """

    name: str
    title: str
    why: str
    source: str
    advice: str
    risky: tuple[str, ...]
    safe: tuple[str, ...]
    core: bool = False
    work: bool = False


CATEGORIES: tuple[Category, ...] = (
    Category(
        name="job_complaint",
        title="Complaint about a job",
        core=True,
        work=True,
        why="Running down an employer or colleague made 25 to 36 % of employers drop a candidate.",
        source="careerbuilder",
        advice="Leave out the people and the company: say what you are working on or looking for, or vent offline.",
        risky=(
            "i hate my job so much, my boss is an idiot",
            "My manager is such a lying snake, worst company I have ever worked for",
        ),
        safe=("Long shift today, but the team was great.", "No complaints about work this week, all calm."),
    ),
    Category(
        name="interview_snark",
        title="Snark about an interview",
        core=True,
        work=True,
        why="Interviewers look candidates up; mocking one reads as how you will speak of the next employer"
        " (25 to 36 % dropped a candidate for bad-mouthing).",
        source="careerbuilder",
        advice="Say thank you or say nothing until the process is over; send feedback to the company in private.",
        risky=(
            "that interviewer had no clue what she was asking lol, what a joke of a company",
            "Recruiters are useless clowns, wasted my whole morning on that interview",
        ),
        safe=(
            "Nervous about my interview tomorrow, wish me luck!",
            "Great interview with the author on the radio today.",
        ),
    ),
    Category(
        name="offer_bragging",
        title="Bragging about an offer",
        core=True,
        work=True,
        why="A candidate lost an offer after weighing a 'fatty paycheck' against hating the work in public.",
        source="cisco",
        advice="Share the news with thanks, without the pay, the rival offers or the doubts.",
        risky=(
            "Cisco just offered me a job! Now I have to weigh the utility of a fatty paycheck against the daily commute"
            " to San Jose and hating the work.",
            "Got the offer, they have no idea I would have taken half the money lol, suckers",
        ),
        safe=(
            "Thrilled to share that I'm joining Cisco next month, thank you to everyone who helped!",
            "Great offer on running shoes this weekend, half price.",
        ),
    ),
    Category(
        name="pushy_followup",
        title="Chasing an employer in public",
        work=True,
        why="Public pressure on a recruiter reads as poor communication, which 27 to 32 % of employers"
        " hold against candidates.",
        source="careerbuilder",
        advice="Write one polite e-mail to the contact person and wait a week.",
        risky=(
            "@BrightwellJobs day 9 and still no answer about my application. Third time I ask you here, reply to your"
            " emails",
        ),
        safe=("@RiverParcels my parcel is a week late, can you check please?",),
    ),
    Category(
        name="search_exposure",
        title="Giving away a job search",
        why="Present and hoped-for employers search for their own names; a secret process or a planned exit in"
        " public costs trust.",
        source="judgement",
        advice="Keep interviews, offers and notice periods out of public posts until everything is signed and told.",
        risky=("told my boss it's the dentist, actually off to a second interview with their competitor",),
        safe=("We are hiring two nurses in Leeds, apply by Friday.",),
    ),
    Category(
        name="work_misconduct",
        title="Misconduct at work",
        why="Lies on qualifications cost the job for 25 to 31 % of employers; slacking and faking are read the same"
        " way.",
        source="careerbuilder",
        advice="Delete it: an admission of this kind can be quoted in a dismissal.",
        risky=("called in sick and went to the beach, boss has no idea lol",),
        safe=("Off sick today with a nasty flu, back on Monday.",),
    ),
    Category(
        name="confidential_leak",
        title="Confidential information",
        work=True,
        why="20 to 24 % of employers rejected someone over confidential information; 58 % would consider firing for"
        " it.",
        source="express",
        advice="Remove names, figures and plans of clients, patients or the company; ask before you post.",
        risky=("we're closing the Denver plant in March, not announced yet, saw the internal deck today",),
        safe=("Our annual report is out today, link in bio.",),
    ),
    Category(
        name="discrimination",
        title="Discriminatory remark",
        why="28 to 32 % of employers rejected a candidate for discriminatory remarks.",
        source="careerbuilder",
        advice="Delete it; no rewording makes a generalisation about a group safe.",
        risky=("women can't drive or lead a team, that's just biology lol, keep them in the kitchen",),
        safe=("I am a gay nurse and proud of my ward.",),
    ),
    Category(
        name="hot_button",
        title="Inflammatory remark",
        why="Provocative content is the reason named most often: 39 to 46 % of employers rejected someone for it.",
        source="careerbuilder",
        advice="State the opinion without contempt, or keep it among friends.",
        risky=("anyone who votes for those idiots is a brainless sheep, let their whole party burn",),
        safe=("I voted this morning, the queue was short.",),
    ),
    Category(
        name="hostility",
        title="Insult or threat",
        why="Insults and threats read as a danger to colleagues: employers count them among provocative content"
        " (39 to 46 %).",
        source="careerbuilder",
        advice="Take the person out of it, or take the post down.",
        risky=("you are a pathetic piece of trash and I hope you die alone",),
        safe=("We killed it on stage tonight, thank you Dublin!",),
    ),
    Category(
        name="crude_language",
        title="Crude language",
        why="63 % of recruiters react badly to profanity.",
        source="jobvite",
        advice="Drop the swearword: the sentence nearly always stands without it.",
        risky=("what the fuck is wrong with this fucking bus",),
        safe=("This vacuum cleaner sucks up everything, five stars.",),
    ),
    Category(
        name="sexual_content",
        title="Sexual content",
        why="70 % of recruiters react badly to sexual posts.",
        source="jobvite",
        advice="Move it to a private account or delete it.",
        risky=("so horny rn, someone come over and ride me tonight",),
        safe=("The talk on sexual health at our clinic starts at six.",),
    ),
    Category(
        name="substance_use",
        title="Drink or drugs",
        why="Drinking or drug use cost candidates the job with 36 to 41 % of employers; 83 % of recruiters mind illegal"
        " drugs.",
        source="careerbuilder",
        advice="Delete it, and untag yourself from the pictures.",
        risky=("blackout drunk again last night, cant remember a thing lmao",),
        safe=("Texas tea made my grandfather's town rich.", "Three years sober today."),
    ),
    Category(
        name="illegal_activity",
        title="Illegal activity",
        why="Criminal behaviour made 22 to 30 % of employers drop a candidate.",
        source="careerbuilder",
        advice="Delete it, and speak to a lawyer before you write more about it.",
        risky=("stole a bottle of wine from the store again, they never check",),
        safe=("Police arrested a man for theft in Leeds on Friday.",),
    ),
)

NAMES: tuple[str, ...] = tuple(category.name for category in CATEGORIES)
CORE: tuple[str, ...] = tuple(category.name for category in CATEGORIES if category.core)
BY_NAME: dict[str, Category] = {category.name: category for category in CATEGORIES}
