# The public names of records, said once: ``lazy.attach`` reads these lines.
from cchc_metrics.records.assigned_task import AssignedTask as AssignedTask
from cchc_metrics.records.columns import Columns as Columns
from cchc_metrics.records.columns import columns_of as columns_of
from cchc_metrics.records.document import Document as Document
from cchc_metrics.records.dossier import Dossier as Dossier
from cchc_metrics.records.dossier_event import DossierEvent as DossierEvent
from cchc_metrics.records.initiative import InitiativeAdoption as InitiativeAdoption
from cchc_metrics.records.inspection import Inspection as Inspection
from cchc_metrics.records.kinds import KINDS as KINDS
from cchc_metrics.records.legal_document import LegalDocument as LegalDocument
from cchc_metrics.records.meeting import Meeting as Meeting
from cchc_metrics.records.outreach import OutreachActivity as OutreachActivity
from cchc_metrics.records.periodic_report import PeriodicReport as PeriodicReport
from cchc_metrics.records.petition import Petition as Petition
from cchc_metrics.records.problems import Problem as Problem
from cchc_metrics.records.problems import Problems as Problems
from cchc_metrics.records.procedure import Procedure as Procedure
from cchc_metrics.records.survey import SurveyAnswer as SurveyAnswer

__all__: list[str]  # noqa: PYI035  made of the lines above
