# The public face, said once: ``lazy.attach`` reads these lines. Records, plans, schemes and reference data have packages of their own.
from cchc_metrics import catalogue as catalogue
from cchc_metrics import plan as plan
from cchc_metrics import records as records
from cchc_metrics import score as score
from cchc_metrics.catalogue.load import load_catalogue as load_catalogue
from cchc_metrics.catalogue.model import Catalogue as Catalogue
from cchc_metrics.catalogue.model import Indicator as Indicator
from cchc_metrics.count.tally import Tally as Tally
from cchc_metrics.count.tally import tally as tally
from cchc_metrics.dataset import Dataset as Dataset
from cchc_metrics.dataset import read_folder as read_folder
from cchc_metrics.errors import CchcError as CchcError
from cchc_metrics.plan import Plan as Plan
from cchc_metrics.plan import load_plan as load_plan
from cchc_metrics.read.files import read_file as read_file
from cchc_metrics.read.parquet_files import scan_parquet as scan_parquet
from cchc_metrics.read.rows import read_rows as read_rows
from cchc_metrics.records.columns import Columns as Columns
from cchc_metrics.records.columns import columns_of as columns_of
from cchc_metrics.records.due import due_date as due_date
from cchc_metrics.records.problems import Problem as Problem
from cchc_metrics.records.problems import Problems as Problems
from cchc_metrics.reference.calendar import Calendar as Calendar
from cchc_metrics.reference.period import Period as Period
from cchc_metrics.reference.rules import Rules as Rules
from cchc_metrics.reference.unit import Unit as Unit
from cchc_metrics.reference.unit import UnitTree as UnitTree
from cchc_metrics.report.model import Report as Report
from cchc_metrics.values import Measure as Measure
from cchc_metrics.values import Status as Status
from cchc_metrics.verbs.assess import Assessment as Assessment
from cchc_metrics.verbs.assess import Assessments as Assessments
from cchc_metrics.verbs.assess import Verdict as Verdict
from cchc_metrics.verbs.assess import assess as assess
from cchc_metrics.verbs.compare import Delta as Delta
from cchc_metrics.verbs.compare import Deltas as Deltas
from cchc_metrics.verbs.compare import compare as compare
from cchc_metrics.verbs.compare import delta as delta
from cchc_metrics.verbs.explain import Explanation as Explanation
from cchc_metrics.verbs.explain import explain as explain
from cchc_metrics.verbs.form06 import Form06 as Form06
from cchc_metrics.verbs.form06 import form06 as form06
from cchc_metrics.verbs.measure import measure as measure
from cchc_metrics.verbs.measures import Measures as Measures

__version__: str
__all__: list[str]  # noqa: PYI035  made of the lines above
