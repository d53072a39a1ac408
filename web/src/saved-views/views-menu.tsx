import { ActionIcon, Anchor, Button, Modal, Popover, TextInput, Tooltip } from '@mantine/core';
import { IconBookmark, IconBookmarkPlus, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import { showSuccess } from '../ui/notices.tsx';
import { maxNameLength, useSavedViews } from './saved-views.ts';
import classes from './views-menu.module.css';

/** The saved views, and a way to save the current one. */
export function ViewsMenu() {
  const { views, save, remove } = useSavedViews();
  const [isOpen, setOpen] = useState(false);
  const [isSaving, setSaving] = useState(false);
  const [path] = useLocation();
  const search = useSearch();
  const address = search === '' ? path : `${path}?${search}`;
  const closeForm = () => setSaving(false);
  return (
    <>
      <Popover opened={isOpen} onChange={setOpen} position="bottom-end" width={300} shadow="md" trapFocus>
        <Popover.Target>
          <Tooltip label="Saved views" disabled={isOpen}>
            <ActionIcon variant="subtle" aria-label="Saved views" onClick={() => setOpen(!isOpen)}>
              <IconBookmark size={18} aria-hidden />
            </ActionIcon>
          </Tooltip>
        </Popover.Target>
        <Popover.Dropdown p="xs" aria-label="Saved views">
          <Button
            variant="default"
            fullWidth
            leftSection={<IconBookmarkPlus size={16} aria-hidden />}
            onClick={() => {
              setOpen(false);
              setSaving(true);
            }}
          >
            Save this view…
          </Button>
          {views.length > 0 && (
            <ul className={classes.views} aria-label="Saved views">
              {views.map((view) => (
                <li key={view.name} className={classes.view}>
                  <Anchor
                    component={Link}
                    href={view.address}
                    title={`${view.name}: ${view.address}`}
                    aria-current={view.address === address ? 'page' : undefined}
                    className={classes.link}
                    onClick={() => setOpen(false)}
                  >
                    {view.name}
                  </Anchor>
                  <ActionIcon
                    variant="subtle"
                    size="md"
                    aria-label={`Delete the view ${view.name}`}
                    title={`Delete the view ${view.name}`}
                    onClick={() => remove(view.name)}
                  >
                    <IconTrash size={14} aria-hidden />
                  </ActionIcon>
                </li>
              ))}
            </ul>
          )}
        </Popover.Dropdown>
      </Popover>
      <Modal opened={isSaving} onClose={closeForm} title="Save this view">
        <SaveForm
          address={address}
          isTaken={(name) => views.some((view) => view.name === name)}
          onClose={closeForm}
          onSave={(name) => {
            save({ name, address });
            showSuccess(`The view ${name} was saved in this browser.`);
            closeForm();
          }}
        />
      </Modal>
    </>
  );
}

interface FormProps {
  address: string;
  isTaken: (name: string) => boolean;
  onSave: (name: string) => void;
  onClose: () => void;
}

function SaveForm({ address, isTaken, onSave, onClose }: FormProps) {
  const [text, setText] = useState('');
  const name = text.trim();
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (name !== '') onSave(name);
      }}
    >
      <TextInput
        label="Name"
        description="The view keeps its filters, search and order. It is saved in this browser; its address can be shared."
        placeholder="Failed on stage"
        data-autofocus
        required
        maxLength={maxNameLength}
        value={text}
        error={isTaken(name) ? 'Replaces the view of this name.' : undefined}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <code className={classes.address}>{address}</code>
      <div className={classes.buttons}>
        <Button variant="subtle" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" disabled={name === ''}>
          Save
        </Button>
      </div>
    </form>
  );
}
