"""All changes that a workflow can be made for."""

from tasks.core import playbooks_aws, playbooks_azure, playbooks_google

PLAYBOOKS = {
    (playbook.action, playbook.provider): playbook
    for playbook in (
        *playbooks_aws.PLAYBOOKS,
        *playbooks_azure.PLAYBOOKS,
        *playbooks_google.PLAYBOOKS,
    )
}
