"""All changes that a workflow can be made for."""

from tasks.core.workflows import aws, azure, google

PLAYBOOKS = {
    (playbook.action, playbook.provider): playbook
    for playbook in (
        *aws.PLAYBOOKS,
        *azure.PLAYBOOKS,
        *google.PLAYBOOKS,
    )
}
